import { type Module, defineModule } from '../../../core/module.ts'
import { paths } from '../../../core/resource.ts'
import { type SshKeypairArgs, args, publicPath } from './args.ts'
import { applyKeypair } from './apply.ts'
import { planKeypair } from './plan.ts'
import { type SshKeypairState, probeKeypair } from './state.ts'

/**
 * A private key of OpenSSH on the host, and the public key beside it, made by ssh-keygen. Both files are made beside the old ones and moved when
 * they are done, the private key first: at each moment there is a whole private key. A public key that is missing, damaged or of another key is
 * written anew from the private one, which stays. A file that is no key is never overwritten or removed, and a link is an error.
 *
 * `publicKey`, `fingerprint`, `type`, `size` and `comment` are there for later tasks, with `from`. The private key never leaves the host.
 *
 * As in Ansible's `community.crypto.openssh_keypair`, a key of another type or size is replaced unless `regenerate` says otherwise. What knows the old
 * public key, such as a server, then needs the new one.
 *
 * Unlike there, `mode` is that of the private key alone, and a new public key gets 0644; a key that others may read is compared too, and mended by
 * `mode`; another `comment` is written to the public key alone; a new key keeps the comment of the old one; a file that is no key is an error with any
 * `regenerate`; and `force` is `regenerate: 'always'`. There is no `passphrase`: a dry run would have to give it to ssh-keygen on a command line, where
 * other users of the host see it. `dsa`, which OpenSSH gave up, is not there.
 *
 * @results publicKey, fingerprint, type, size, comment
 *
 * @dryRun Reads both files, with ssh-keygen. Would change if a key would be made, or a file mended: the diff of the public key is shown. A new key is not
 * foretold: tasks that are made from it, or that look at the two files, are unknown, so give `mode`, `owner` and `group` here. Unknown if an
 * earlier task would install ssh-keygen.
 *
 * @throws UserError E_NO_SSH_KEYGEN, E_NO_SSH_KEY, E_OTHER_SSH_KEY, E_UNREADABLE_SSH_KEY
 *
 * @example
 * const key = sshKeypair('key of backups', { path: '/root/.ssh/backup', type: 'ed25519', comment: 'backup@web' })
 * return [
 *   key,
 *   authorizedKey('backups of web', from(key, ({ publicKey }) => ({ user: 'backup', key: publicKey })), { delegateTo: 'storage' }),
 * ]
 *
 * @example
 * sshKeypair('RSA host key', { path: '/etc/ssh/ssh_host_rsa_key', size: 3072, mode: '0600', owner: 'root', group: 'root' })
 */
export const sshKeypair: Module<SshKeypairArgs, SshKeypairState> = defineModule({
  name: 'ssh_keypair',
  args,
  ansible: { force: "regenerate: 'always'" },
  probe: probeKeypair,
  plan: planKeypair,
  apply: applyKeypair,
  touches: (given) => [paths.at(given.path), paths.at(publicPath(given))],
  // One that is made in each run is made in the next one too.
  verify: (given, before, after) => {
    if (given.regenerate !== 'always') return planKeypair(given, after).changes
    const same = after.publicKey === before.publicKey
    const { changes } = planKeypair({ ...given, regenerate: 'partialIdempotence' }, after)
    return same ? planKeypair(given, after).changes : changes
  },
})
