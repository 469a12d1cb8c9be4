import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { type GitArchive, probeArchive } from './archive.ts'
import type { Git } from './args.ts'
import { type Checkout, checkout, checkoutKey } from './checkout.ts'
import { type GitReference, gitReference } from './reference.ts'
import { type Mirror, type Remote, mirror, mirrorKey, remoteKey, remoteRefs } from './remote.ts'
import { isCommit } from './url.ts'

/** What is there of a checkout, and what the repository has. */
export interface GitState {
  readonly here: Stat
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
  /** Undefined for a bare repository. */
  readonly checkout: Checkout | undefined
  /** Undefined where a commit is named: then nothing has to be asked. */
  readonly remote: Remote | undefined
  /** Of a bare repository. */
  readonly mirror: Mirror | undefined
  /** Where one is named. */
  readonly reference: GitReference | undefined
  /** Where one is named. */
  readonly archive: GitArchive | undefined
}

export function probeGit(given: Git): Probe<GitState> {
  const { dest, version, bare = false, reference, archive } = given
  return askAll<GitState>({
    here: ask(stat, dest),
    folder: ask(stat, folderOf(dest)),
    above: probeFolders(dest),
    access: probeAccess({}),
    checkout: bare ? known(undefined) : ask(checkout, checkoutKey(given)),
    remote: isCommit(version) ? known(undefined) : ask(remoteRefs, remoteKey(given)),
    reference: reference === undefined ? known(undefined) : ask(gitReference, reference),
    archive: archive === undefined ? known(undefined) : probeArchive(given),
    mirror: bare ? ask(mirror, mirrorKey(given)) : known(undefined),
  })
}
