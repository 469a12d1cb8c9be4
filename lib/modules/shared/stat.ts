import { UserError } from '../../core/errors.ts'
import type { Reader, Reply } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { askable, operand, setOperands, unaskable } from './operand.ts'

/** What is at a path. Links are not followed: a link is a link. */
export interface Stat {
  readonly type: 'file' | 'directory' | 'link' | 'other' | 'absent'
  /** Four octal digits. With the owner, there unless `absent`. */
  readonly mode?: string | undefined
  /** Name; `UNKNOWN` where the host has none for the number. */
  readonly owner?: string | undefined
  readonly uid?: number | undefined
  readonly group?: string | undefined
  readonly gid?: number | undefined
  /** Bytes, of files only: what a directory takes is the file system's affair and cannot be foretold. */
  readonly size?: number | undefined
  /** Of links only, as it is written in the link. */
  readonly target?: string | undefined
}

/** One `stat` for all paths, GNU's or busybox's. */
export const stat: Reader<Stat> = {
  name: 'stat',
  ask: (paths) => `${setOperands(paths)}\n${STAT}`,
  parse: (reply, paths) => {
    const found = parseStats(reply.stdout)
    const broken = failures(reply, paths.filter(askable).map(operand), found)
    return paths.map((path) => {
      if (!askable(path)) return unaskable(path)
      return found.get(operand(path)) ?? broken.get(operand(path)) ?? ABSENT
    })
  },
  sees: (path) => [paths.at(path)],
}

const ABSENT: Stat = { type: 'absent' }

/** Tells of each of `"$@"`, for the `parse` of {@link stat}. */
// The raw mode holds type and permissions and reads the same everywhere. The name comes last: it may hold anything.
// A link's target may hold even line breaks, so it stands between NUL bytes, after the link's name.
export const STAT = `LC_ALL=C
export LC_ALL
[ $# -gt 0 ] || exit 0
command -v stat >/dev/null || exit 127
stat -c '%f:%u:%g:%s:%U:%G:%n' -- "$@"
for path do
  if [ -L "$path" ]; then
    printf '=%s\\n\\0' "$path"
    readlink -n -- "$path"
    printf '\\0'
  fi
done
exit 0`

const LINE = /^([0-9a-f]+):(\d+):(\d+):(\d+):([^:]*):([^:]*):(.*)$/s

function parseStats(stdout: Buffer): Map<string, Stat> {
  const found = new Map<string, Stat>()
  let link = ''
  stdout
    .toString()
    .split('\0')
    .forEach((text, i) => {
      // Every second piece is a target; the others are lines.
      const named = found.get(link)
      if (i % 2 === 1 && named?.type === 'link') found.set(link, { ...named, target: text })
      if (i % 2 === 1) return
      for (const line of text.split('\n')) {
        if (line.startsWith('=')) link = line.slice(1)
        const [, mode = '', uid, gid, size, owner = '', group = '', name = ''] = LINE.exec(line) ?? []
        if (name === '') continue
        const access = { owner, uid: Number(uid), group, gid: Number(gid) }
        found.set(name, describe(Number.parseInt(mode, 16), access, Number(size)))
      }
    })
  return found
}

function describe(mode: number, access: object, size: number): Stat {
  const stated = { ...typeAndMode(mode), ...access }
  return stated.type === 'file' ? { ...stated, size } : stated
}

/** Of the raw mode of `stat -c %f`. */
export const typeAndMode = (raw: number): { readonly type: Stat['type']; readonly mode: string } => ({
  type: TYPES.get(raw & 0o170000) ?? 'other',
  mode: (raw & 0o7777).toString(8).padStart(4, '0'),
})

const TYPES = new Map<number, Stat['type']>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
])

const NOTHING_THERE = /: (No such file or directory|Not a directory)$/

// A path that may not be looked at is not absent. Complaints come in the order of the paths without an answer, one
// line each; their spelling of names differs from tool to tool, so the order is what tells which is which.
function failures(
  reply: Reply,
  names: readonly string[],
  found: ReadonlyMap<string, Stat>,
): Map<string, Error> {
  const silent = names.filter((name) => !found.has(name))
  if (silent.length === 0) return new Map()
  if (reply.code === 127) throw new UserError('E_NO_STAT', 'there is no stat on this host', { hint: HINT })
  if (reply.code !== 0) throw new Error(`stat ended with ${reply.code}: ${reply.stderr.toString().trim()}`)
  const complaints = reply.stderr.toString().split('\n').filter(Boolean)
  if (complaints.every((line) => NOTHING_THERE.test(line))) return new Map()
  const paired = complaints.length === silent.length
  const broken = silent.flatMap((name, i): [string, Error][] => {
    const line = paired ? complaints[i] : complaints.find((one) => !NOTHING_THERE.test(one))
    if (line === undefined || NOTHING_THERE.test(line)) return []
    return [
      [name, new UserError('E_CANNOT_LOOK', `${name}: ${line}`, { hint: 'Set become: true for the task.' })],
    ]
  })
  return new Map(broken)
}

const HINT = 'Install coreutils, or a busybox with the stat applet.'
