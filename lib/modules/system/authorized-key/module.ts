import type { Module } from '../../../core/module.ts'
import { defineSshFile } from '../shared/ssh-file/define.ts'
import type { SshFileState } from '../shared/ssh-file/state.ts'
import { type AuthorizedKeyArgs, args } from './args.ts'
import { editKeys } from './edit.ts'

/**
 * Public keys that may log in as a user: lines of `~/.ssh/authorized_keys`. A key is found by its type and the key itself,
 * whatever its options and comment are; lines of others stay byte for byte. Links in the home folder are an error, because
 * the user can make them lead anywhere.
 *
 * Other than in Ansible, a key that is there keeps its options and comment unless others are given, `exclusive` keeps
 * comment lines, and keys are not fetched from a URL.
 *
 * @dryRun Reads the keys of the user, and shows the diff of the file, and of `.ssh` its mode and owner. Later tasks see the new
 * text, so that several keys for one user add up. Where keys are to be present, a missing user fails, unless an earlier task
 * would create it: then its keys are known if that task foretells the home folder.
 *
 * @example
 * authorizedKey('deploy', { user: 'deploy', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS me@laptop' })
 */
export const authorizedKey: Module<AuthorizedKeyArgs, SshFileState> = defineSshFile({
  name: 'authorized_key',
  args,
  file: 'authorized_keys',
  edit: editKeys,
  because: 'the keys are as wanted',
})
