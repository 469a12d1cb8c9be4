import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type Install, type InstallState, probeInstall } from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { isSameKey } from '../authorized-key/key.ts'
import { type SshKeypairArgs, publicPath } from './args.ts'
import { type SshKey, describeKey } from './public-key.ts'
import { type SshKeyFiles, sshKeyFiles } from './reader.ts'

/** The key at the path, and the two files. Where there is no key that can be read, texts are empty and `size` is 0. */
export interface SshKeypairState extends SshKey {
  /** Of the private key. */
  readonly path: string
  readonly files: SshKeyFiles
  readonly secretFile: InstallState
  readonly openFile: InstallState
}

const NONE: SshKey = { publicKey: '', fingerprint: '', type: '', size: 0, comment: '' }

export const probeKeypair = (given: SshKeypairArgs): Probe<SshKeypairState> =>
  mapProbe(
    askAll<Pick<SshKeypairState, 'files' | 'secretFile' | 'openFile'>>({
      files: ask(sshKeyFiles, given.path),
      secretFile: probeInstall(installAt(given, given.path)),
      openFile: probeInstall(installAt(given, publicPath(given))),
    }),
    (found) => ({ ...factsOf(found.files), path: given.path, ...found }),
  )

function installAt({ owner, group }: SshKeypairArgs, dest: string): Install {
  return { dest, owner, group, payload: contentPayload('') }
}

/** The comment is that of `.pub`, if it is of the same key. */
function factsOf({ key, shown }: SshKeyFiles): SshKey {
  if (key === undefined) return NONE
  return describeKey(shown !== undefined && isSameKey(shown, key) ? shown : key)
}
