import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { program } from '../../shared/program.ts'
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
