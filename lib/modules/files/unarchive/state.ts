import { type Probe, type Reader, ask, askAll, known } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { Unarchive } from './args.ts'
import { PROGRAMS, formatOf } from './format.ts'

/** What is there of what an archive brings. */
export interface UnarchiveState {
  /** What is at `creates`. */
  readonly creates: Stat
  readonly dest: Stat
  /** The folders that what is unpacked lies in, `dest` last. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
  /** The archive on the host, with `remoteSrc`. */
  readonly src: Stat | undefined
  /** Whether the host has the programs that it takes, by name. */
  readonly programs: Readonly<Record<string, boolean>>
}

/** Whether the host has a program, by its name. */
export const program: Reader<boolean> = {
  name: 'program',
  ask: (names) =>
    names
      .map((name) => `if command -v ${quote(name)} >/dev/null; then echo yes; else echo no; fi`)
      .join('\n'),
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().trim().split('\n')
    return names.map((name, i) => {
      const said = lines[i]
      return said === 'yes' || said === 'no' ? said === 'yes' : new Error(`${name}: no answer`)
    })
  },
  sees: (name) => ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => paths.at(`${folder}/${name}`)),
}

export const programsOf = ({ src }: Unarchive): readonly string[] => PROGRAMS[formatOf(src) ?? 'tar']

/** A path in the folder, to ask about all that lies above it. */
export const inside = (dest: string): string => `${dest === '/' ? '' : dest}/x`

export const probeUnarchive = (given: Unarchive): Probe<UnarchiveState> =>
  askAll<UnarchiveState>({
    creates: ask(stat, given.creates),
    dest: ask(stat, given.dest),
    above: probeFolders(inside(given.dest)),
    access: probeAccess(given),
    src: given.payload === undefined ? ask(stat, given.src) : known(undefined),
    programs: askAll(Object.fromEntries(programsOf(given).map((name) => [name, ask(program, name)]))),
  })
