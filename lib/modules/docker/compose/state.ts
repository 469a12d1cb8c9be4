import { type Probe, ask, askAll } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { Compose } from './args.ts'
import { type ComposeFound, composeFound, composeKey } from './reader.ts'

/** What there is of a project of docker compose, and where it is described. */
export interface ComposeState {
  readonly found: ComposeFound
  readonly here: Stat
  /** The folders that the folder lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

export const probeCompose = (given: Compose): Probe<ComposeState> =>
  askAll<ComposeState>({
    found: ask(composeFound, composeKey(given)),
    here: ask(stat, given.folder),
    above: probeFolders(given.folder),
    access: probeAccess({}),
  })
