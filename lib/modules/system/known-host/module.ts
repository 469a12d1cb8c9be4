import type { Module } from '../../../core/module.ts'
import { defineSshFile } from '../shared/ssh-file/define.ts'
import type { SshFileState } from '../shared/ssh-file/state.ts'
import { type KnownHostArgs, args } from './args.ts'
import { editHosts } from './edit.ts'

/**
 * The keys of a server that ssh trusts: lines of `/etc/ssh/ssh_known_hosts`, or of `.ssh/known_hosts` in the home folder of a user. Other
 * names on a line keep their key, and lines with a pattern or a marker such as `@cert-authority` stay.
 *
 * Unlike in Ansible, the file is the one for all users unless `user` or `path` is given; the key need not have the name before it;
 * another key of the same type is an error unless `replace` is true; and a name that is hashed stays so unless `hashed` is false. Needs
 * no ssh-keygen on the host.
 *
 * @dryRun Reads the file, and shows its diff; a hashed name is the one that the run writes. The server is not asked. Later tasks
 * see the new text, so that several keys in one file add up. Where keys are to be present, a missing user fails, unless an
 * earlier task would create it: then its file is known if that task foretells the home folder.
 *
 * @throws UserError E_OTHER_HOST_KEY
 *
 * @example
 * knownHost('git server', {
 *   name: '[git.example.org]:2222',
 *   key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS',
 *   user: 'deploy',
 * })
 */
export const knownHost: Module<KnownHostArgs, SshFileState> = defineSshFile({
  name: 'known_host',
  args,
  ansible: { hash_host: 'hashed', host: 'name' },
  file: 'known_hosts',
  edit: editHosts,
  keepsAccess: true,
  because: 'the keys are as wanted',
})
