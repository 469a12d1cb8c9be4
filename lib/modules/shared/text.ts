import { UserError } from '../../core/errors.ts'
import type { Reader } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { askable, setOperands, unaskable } from './operand.ts'

/** The longest body that is fetched to be compared line by line. */
export const BODY_LIMIT = 104_448

/**
 * What regular files hold, for diffs; `undefined` where there is none, an `Error` where it is not text or too long
 * to show. As base64 on the way: a body may hold anything, even what would end the reply.
 */
export const readBody: Reader<string | undefined> = {
  name: 'body',
  ask: (paths) => `${setOperands(paths)}\n${SCRIPT}`,
  parse: (reply, paths) => {
    const bodies = parseBodies(reply.stdout.toString('latin1'))
    let next = 0
    return paths.map((path) => {
      if (!askable(path)) return unaskable(path)
      const body = bodies.get(next++)
      return body === undefined ? undefined : decode(path, body)
    })
  },
  sees: (path) => [paths.at(path)],
}

const SCRIPT = `i=0
for path do
  if [ -f "$path" ] && [ ! -L "$path" ]; then
    if [ -r "$path" ]; then echo "#$i"; head -c ${BODY_LIMIT + 1} <"$path" | base64; else echo "!$i"; fi
  fi
  i=$((i + 1))
done
exit 0`

const UNREADABLE = Symbol('unreadable')

function parseBodies(stdout: string): Map<number, Buffer | typeof UNREADABLE> {
  const bodies = new Map<number, Buffer | typeof UNREADABLE>()
  for (const part of stdout.split(/^(?=[#!])/m)) {
    const [head = '', ...lines] = part.split('\n')
    if (head.startsWith('#')) bodies.set(Number(head.slice(1)), Buffer.from(lines.join(''), 'base64'))
    if (head.startsWith('!')) bodies.set(Number(head.slice(1)), UNREADABLE)
  }
  return bodies
}

function decode(path: string, body: Buffer | typeof UNREADABLE): string | Error {
  if (body === UNREADABLE)
    return new UserError('E_CANNOT_LOOK', `${path} cannot be read: permission denied`, {
      hint: 'Set become: true for the task.',
    })
  if (body.length > BODY_LIMIT)
    return new UserError(
      'E_NOT_TEXT',
      `${path} is longer than ${BODY_LIMIT} bytes, too long to compare line by line`,
    )
  return asText(body) ?? new UserError('E_NOT_TEXT', `${path} is not text`)
}

/** The bytes as text, or `undefined` where they are not valid UTF-8 or hold a NUL. */
export function asText(body: Buffer): string | undefined {
  const text = body.toString()
  return text.includes('\0') || !Buffer.from(text).equals(body) ? undefined : text
}
