import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { type Stat, typeAndMode } from '../../shared/stat.ts'

/** All below a directory that is of the same type and has the same mode and owner. */
export interface Kind extends Pick<Stat, 'type'> {
  readonly mode: string
  readonly uid: number
  readonly gid: number
  readonly count: number
}

/** What lies below a directory, without names; nothing where there is no directory. Links are not followed. */
export const below: Reader<readonly Kind[]> = readerOfOne<readonly Kind[]>({
  name: 'stat of all below',
  ask: (path) => `LC_ALL=C; export LC_ALL
${sh`path=${path}`}
if [ -d "$path" ] && [ ! -L "$path" ]; then
  find "$path/." ! -name . -exec stat -c '%f:%u:%g' -- {} + | sort | uniq -c
fi
echo end`,
  parse: parseKinds,
  sees: (path) => [paths.below(path)],
})

const LINE = /^ *(\d{1,15}) ([0-9a-f]{1,8}):(\d{1,10}):(\d{1,10})$/

function parseKinds({ stdout, stderr }: Reply, path: string): readonly Kind[] {
  const complaint = stderr
    .toString()
    .split('\n')
    .find((line) => line !== '' && !line.endsWith(': No such file or directory'))
  if (complaint?.endsWith(': Permission denied') === true)
    throw new UserError('E_CANNOT_LOOK', complaint, { hint: 'Set become: true for the task.' })
  if (complaint !== undefined) throw new Error(`${path}: ${complaint}`)
  const lines = stdout.toString().split('\n').filter(Boolean)
  if (lines.pop() !== 'end') throw new Error(`${path}: what lies below it was not listed to its end`)
  const kinds = lines.map((line) => {
    const [, count, raw = '', uid, gid] = LINE.exec(line) ?? []
    if (count === undefined) throw new Error(`${path}: stat did not answer what it was asked: ${line}`)
    return {
      ...typeAndMode(Number.parseInt(raw, 16)),
      uid: Number(uid),
      gid: Number(gid),
      count: Number(count),
    }
  })
  return tallied(kinds)
}

/** In one order, and those that are alike counted together. */
export function tallied(all: readonly Kind[]): readonly Kind[] {
  const kinds = new Map<string, Kind>()
  for (const one of all) {
    const key = [one.type, one.mode, one.uid, one.gid].join(':')
    kinds.set(key, { ...one, count: one.count + (kinds.get(key)?.count ?? 0) })
  }
  return [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind)
}
