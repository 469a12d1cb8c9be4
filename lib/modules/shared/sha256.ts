import { UserError } from '../../core/errors.ts'
import type { Reader } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { askable, operand, setOperands, unaskable } from './operand.ts'

/**
 * The hash of each regular file, in hex; `undefined` where there is none. One `sha256sum` for all. Links are not
 * followed: what they lead to is not what a task on the link says it touches.
 */
export const sha256: Reader<string | undefined> = digest('sha256', 64)

/** The same with `sha512sum`. */
export const sha512: Reader<string | undefined> = digest('sha512', 128)

function digest(name: string, length: number): Reader<string | undefined> {
  const pattern = new RegExp(`^(\\\\?)([0-9a-f]{${length}}) [ *](.*)$`, 's')
  return {
    name,
    ask: (paths) => `${setOperands(paths)}\n${script(`${name}sum`)}`,
    parse: (reply, paths) => {
      const hashes = new Map<string, string>()
      const none = new Set<string>()
      for (const line of reply.stdout.toString().split('\n')) {
        if (line.startsWith('-')) none.add(line.slice(1))
        const [, escaped, hash, name] = pattern.exec(line) ?? []
        if (hash !== undefined && name !== undefined) hashes.set(escaped ? unescape(name) : name, hash)
      }
      return paths.map((path) => {
        if (!askable(path)) return unaskable(path)
        if (none.has(operand(path))) return undefined
        return hashes.get(operand(path)) ?? unreadable(path, reply.stderr.toString())
      })
    },
    sees: (path) => [paths.at(path)],
  }
}

// `[ -f` costs no process and keeps the tool away from a FIFO, which it would wait for, and from devices.
const script = (tool: string): string => `LC_ALL=C
export LC_ALL
for path do
  shift
  if [ -f "$path" ] && [ ! -L "$path" ]; then set -- "$@" "$path"; else printf -- '-%s\\n' "$path"; fi
done
[ $# -eq 0 ] || ${tool} -- "$@"
exit 0`

// GNU writes a backslash before the hash where it had to escape the name.
const unescape = (name: string): string =>
  name.replace(/\\([\\nr])/g, (_, letter) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'))

function unreadable(path: string, complaints: string): Error {
  const complaint = complaints.split('\n').find((line) => line.includes(path)) ?? complaints.trim()
  return new UserError('E_CANNOT_LOOK', `${path} cannot be read: ${complaint || 'no answer'}`, {
    hint: 'Set become: true for the task.',
  })
}
