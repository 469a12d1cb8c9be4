import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type PamArgs, args } from './args.ts'
import { editPam } from './edit.ts'

/**
 * A rule of PAM in a file of `/etc/pam.d`. The rule is found by its type, its control and its module: it must have all three. It counts
 * from the next login on. Keep a session open until you have logged in once more: a wrong rule can let nobody in.
 *
 * A control such as `[success=2 default=ignore]` jumps over two rules. A rule that is added or removed between them changes where it lands.
 *
 * As in Ansible's `community.general.pamd`, all rules that are found are changed, and a new rule is only added where its neighbour is another
 * one. Unlike there, it is an error if the rule is not in the file, unless it is to be absent or its arguments are; a rule that
 * has its new type, control and path already keeps getting its arguments; spaces, comments and other lines stay; rules over several
 * lines are read; arguments in brackets can be added; and no line is added that says when the file was changed.
 *
 * On Debian, `pam-auth-update` writes the files `common-*`: it keeps arguments that were changed, and nothing else between its rules.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text. PAM is not asked, and `validate` is not run. A missing file fails, and so does a missing
 * rule where that is an error.
 *
 * @example
 * pam('expired passwords do not refuse keys', {
 *   name: 'common-account',
 *   type: 'account',
 *   control: '[success=1 new_authtok_reqd=done default=ignore]',
 *   modulePath: 'pam_unix.so',
 *   state: 'argsPresent',
 *   moduleArguments: ['no_pass_expiry'],
 * })
 *
 * @example
 * pam('su for members of wheel', {
 *   name: 'su',
 *   type: 'auth',
 *   control: 'sufficient',
 *   modulePath: 'pam_rootok.so',
 *   state: 'after',
 *   newType: 'auth',
 *   newControl: 'required',
 *   newModulePath: 'pam_wheel.so',
 *   moduleArguments: ['use_uid'],
 * })
 */
export const pam: Module<PamArgs, FileEditState> = defineFileEdit({
  name: 'pam',
  args,
  mustExist: true,
  editLines: editPam,
})
