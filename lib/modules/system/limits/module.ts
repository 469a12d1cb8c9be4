import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type LimitsArgs, args } from './args.ts'
import { editLimits } from './edit.ts'

/**
 * A limit that PAM sets when a user logs in, such as the number of open files: a line in a file of `/etc/security/limits.d`. It
 * counts from the next login on, and not for services: those have limits of systemd, such as `LimitNOFILE=`.
 *
 * As in Ansible's `community.general.pam_limits`, the comment of a line stays unless another one is given. Unlike there, the file is
 * one of its own and not `/etc/security/limits.conf`; values that PAM does not take are errors before any host is touched, and so
 * is an unlimited `nofile`, for which some systems let nobody log in; of several lines of a limit the last one stays, which is the
 * one that counts; and `absent` removes it.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text. `validate` is not run. The limits of running sessions are not looked at.
 *
 * @example
 * limits('open files of the app', { domain: 'app', type: '-', item: 'nofile', value: 65_536 })
 *
 * @example
 * limits('no core files', { domain: '*', type: 'hard', item: 'core', value: 0, path: '/etc/security/limits.d/10-core.conf' })
 */
export const limits: Module<LimitsArgs, FileEditState> = defineFileEdit({
  name: 'limits',
  args,
  ansible: { limit_type: 'type', limit_item: 'item' },
  edit: editLimits,
})
