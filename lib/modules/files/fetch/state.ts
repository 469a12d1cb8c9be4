import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { sha256 } from '../../shared/sha256.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { Fetch } from './args.ts'
import type { LocalCopy } from './look.ts'
import { localCopy } from './reader.ts'
import { rootOf } from './target.ts'

/** A file of the host, and the copy of it on your machine. */
export interface FetchState {
  /** Absolute path of the copy on your machine. */
  readonly dest: string
  /** SHA-256 of the copy, in hex. Undefined where there is none. */
  readonly checksum: string | undefined
  /** What is on the host. */
  readonly src: Stat
  /** SHA-256 of the file on the host. */
  readonly srcChecksum: string | undefined
  /** What is at `dest`. */
  readonly local: LocalCopy
  /** The folders that the file lies in on the host, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

export const probeFetch = ({ src, target }: Fetch): Probe<FetchState> =>
  mapProbe(
    askAll<Omit<FetchState, 'dest' | 'checksum'>>({
      src: ask(stat, src),
      srcChecksum: ask(sha256, src),
      local: ask(localCopy, rootOf(target), target),
      above: probeFolders(src),
      access: probeAccess({}),
    }),
    (state) => ({ ...state, dest: state.local.path, checksum: state.local.sha256 }),
  )
