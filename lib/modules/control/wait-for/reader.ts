import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'
import { CONNECTION_STATES, countConnections } from './connections.ts'
import { runsIn } from './processes.ts'

const pattern = z.object({ source: z.string(), flags: z.string() }).optional()

const keySchema = z.object({
  port: z.number().optional(),
  host: z.string(),
  path: z.string().optional(),
  name: z.string().optional(),
  commandLine: pattern,
  drained: z.boolean(),
  search: pattern,
  states: z.array(z.string()).default([...CONNECTION_STATES]),
  excludeHosts: z.array(z.string()).default([]),
  seconds: z.number(),
})

/** What is looked at. */
export type Condition = z.input<typeof keySchema>

/** What was found when it was last looked at. */
export interface WaitForState {
  /** Whether it is there: the port, the path with the text, the process, a connection. */
  readonly found: boolean
  /** In words, such as `closed`. */
  readonly is: string
  /** What matched `searchRegex`: the whole, then its groups. */
  readonly match?: readonly string[] | undefined
}

export const conditionKey = (condition: Condition): string => JSON.stringify(condition)

/** Looks once. The key is made by {@link conditionKey}. */
export const condition: Reader<WaitForState> = readerOfOne<WaitForState>({
  name: 'condition',
  ask: (key) => script(keySchema.parse(JSON.parse(key))),
  parse: (reply, key) => answer(keySchema.parse(JSON.parse(key)), reply),
  // Whatever changes may make it so, or no longer so.
  sees: () => [EVERYTHING],
})

type Asked = z.output<typeof keySchema>

/** So much of a file is read, and so much of what a server says. */
const TAIL = 1024 * 1024
const GREETING = 64 * 1024

function script({ port, host, path, drained, search, seconds }: Asked): string {
  const begin = 'LC_ALL=C\nexport LC_ALL'
  if (port !== undefined && drained)
    return sh`${raw(begin)}
grep -h -i ${`:${port.toString(16).padStart(4, '0')} `} /proc/net/tcp /proc/net/tcp6 2>/dev/null
echo done`
  if (port !== undefined)
    return sh`${raw(begin)}
set -- ${host} ${port} ${seconds}
${raw(search === undefined ? CONNECT : LISTEN)}`
  if (path !== undefined)
    return sh`${raw(begin)}
if [ -e ${path} ]; then echo there; ${raw(search === undefined ? ':' : sh`[ ! -f ${path} ] || tail -c ${TAIL} <${path} | base64`)}
else echo gone; fi`
  // The program, its name, and what it was started with; vanished processes are no error.
  return `${begin}
head -v -c 4096 /proc/[0-9]*/comm /proc/[0-9]*/cmdline 2>/dev/null | base64
echo "self $$"`
}

const CONNECT = `if command -v bash >/dev/null && command -v timeout >/dev/null; then
  timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" >/dev/null 2>&1
elif command -v nc >/dev/null; then
  case $(nc -h 2>&1) in
    *-z*) nc -z -w "$3" "$1" "$2" >/dev/null 2>&1 </dev/null ;;
    *) nc -w "$3" "$1" "$2" -e true >/dev/null 2>&1 </dev/null ;;
  esac
else echo none; exit 0
fi && echo open || echo closed`

// A second of silence ends it.
const LISTEN = `if command -v bash >/dev/null && command -v timeout >/dev/null; then
  timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit
    while IFS= read -r -t 1 -u 3 line; do printf "%s\\n" "$line"; done; printf %s "$line"' bash "$1" "$2" 2>/dev/null |
    head -c ${GREETING} | base64
elif command -v nc >/dev/null; then
  sleep 2 | timeout 2 nc "$1" "$2" 2>/dev/null | head -c ${GREETING} | base64
else echo none
fi`

function answer(asked: Asked, { stdout, stderr }: Reply): WaitForState {
  const lines = stdout.toString('latin1').trimEnd().split('\n')
  if (asked.port !== undefined) return asked.drained ? drained(asked, lines) : ofPort(asked, lines)
  if (asked.path !== undefined) return ofPath(asked, lines)
  const self = /^self (\d+)$/.exec(lines.at(-1) ?? '')?.[1]
  if (self === undefined) throw new Error(`the host does not list its processes: ${stderr.toString().trim()}`)
  const found = runsIn(decoded(lines.slice(0, -1)), self, asked)
  return { found, is: found ? 'running' : 'not running' }
}

function drained(
  asked: Asked & { readonly port?: number | undefined },
  lines: readonly string[],
): WaitForState {
  if (lines.at(-1) !== 'done') throw new Error('the host does not list its connections')
  const count = countConnections(lines, { ...asked, port: asked.port ?? 0 })
  return { found: count > 0, is: count === 1 ? '1 connection' : `${count} connections` }
}

function ofPort({ search }: Asked, lines: readonly string[]): WaitForState {
  const [first] = lines
  if (first === 'none')
    throw new UserError('E_NO_NC', 'the host has neither bash nor nc to try a connection with', {
      hint: 'Install one of them in an earlier task, or delegate the task to another host.',
    })
  if (search !== undefined) return matched(search, decoded(lines), 'not heard')
  if (first !== 'open' && first !== 'closed') throw new Error('the host did not try the connection')
  return { found: first === 'open', is: first }
}

function ofPath({ search }: Asked, [first, ...rest]: readonly string[]): WaitForState {
  if (first !== 'there' && first !== 'gone') throw new Error('the host does not say whether the path exists')
  if (first === 'gone') return { found: false, is: 'absent' }
  return search === undefined ? { found: true, is: 'present' } : matched(search, decoded(rest), 'not in it')
}

const decoded = (lines: readonly string[]): string => Buffer.from(lines.join(''), 'base64').toString()

function matched(
  { source, flags }: { source: string; flags: string },
  text: string,
  none: string,
): WaitForState {
  const match = new RegExp(source, flags.includes('m') ? flags : `${flags}m`).exec(text)
  return match === null ? { found: false, is: none } : { found: true, is: 'found', match: [...match] }
}
