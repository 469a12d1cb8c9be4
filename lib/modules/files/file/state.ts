import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { entries } from '../../shared/entries.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import type { FileArgs } from './args.ts'
import { type Kind, below } from './below.ts'
import { type Original, probeOriginal } from './original.ts'

/** What is at the path, and in what folders it lies. */
export interface FileState {
  readonly here: Stat
  /** From the outermost to the one that it lies in. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
  /** How much lies below; 0 where nothing can be removed. */
  readonly entries: number
  /** With `recurse`: what lies below. */
  readonly below?: readonly Kind[] | undefined
  /** With `hard`: the target. */
  readonly original?: Original | undefined
}

export function probeFile(args: FileArgs): Probe<FileState> {
  return askAll<FileState>({
    here: ask(stat, args.path),
    above: probeFolders(args.path),
    access: probeAccess(args),
    entries: mayEmpty(args) ? ask(entries, args.path) : known(0),
    below: args.recurse === true ? ask(below, args.path) : known([]),
    original: args.state === 'hard' ? probeOriginal(args) : known(undefined),
  })
}

/** Whether something that is there may have to go. */
export const mayRemove = ({ state, force = false }: FileArgs): boolean =>
  state === 'absent' || force !== false

/** Whether a directory with what is in it may have to go: where one is wanted it stays. */
export const mayEmpty = (args: FileArgs): boolean => mayRemove(args) && args.state !== 'directory'

/** The folder that exists already and is nearest. */
export const innermost = ({ above }: FileState): Stat =>
  above.findLast(({ stat: { type } }) => type !== 'absent')?.stat ?? { type: 'directory', mode: '0755' }

/** Folders that are created on the way. */
export const missing = ({ above }: FileState): string[] =>
  above.flatMap(({ path, stat: { type } }) => (type === 'absent' ? [path] : []))
