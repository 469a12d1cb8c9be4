import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { Npm } from './args.ts'
import { type NpmFound, foundKey, npmFound } from './reader.ts'
import { type NpmOffered, npmOffered, offeredKey } from './registry.ts'

/** What npm has installed, and what the registry offers. */
export interface NpmState {
  readonly found: NpmFound
  /** Undefined where it does not matter. */
  readonly offered: NpmOffered | undefined
  /** The folder; undefined for a global package. */
  readonly here: Stat | undefined
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

export function probeNpm(given: Npm): Probe<NpmState> {
  const { path, name, state } = given
  const asks = state === 'latest' || (state === 'present' && name !== undefined)
  return askAll<NpmState>({
    found: ask(npmFound, foundKey(given)),
    offered: asks ? ask(npmOffered, offeredKey(given)) : known(undefined),
    here: path === undefined ? known(undefined) : ask(stat, path),
    above: path === undefined ? known([]) : probeFolders(path),
    access: probeAccess({}),
  })
}
