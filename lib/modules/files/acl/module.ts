import { type Module, defineModule } from '../../../core/module.ts'
import { paths } from '../../../core/resource.ts'
import { account } from '../../shared/account.ts'
import { sha256 } from '../../shared/sha256.ts'
import { readBody } from '../../shared/text.ts'
import { applyAcl } from './apply.ts'
import { type AclArgs, args } from './args.ts'
import { planAcl } from './plan.ts'
import { type AclState, probeAcl } from './state.ts'

/**
 * Manages one entry of the access control list of a file or directory. Needs `setfacl`, which is in the package `acl`.
 *
 * The group digit of the mode of a file with a list is its mask. A task that sets another mode sets the mask, and the two tasks undo each
 * other: give the mode that the entries need, such as `'0660'` for a user who has `rw`, or none.
 *
 * The mask limits the entries of users and groups. As `setfacl` does, the task makes the mask as wide as those entries, unless
 * `recalculateMask` is false. The mask stays when the last of them is removed; `etype: 'mask'` with `state: 'absent'` removes it.
 *
 * With `recursive` one command changes everything below. If others can write to a directory there, each file by itself is opened, checked and
 * changed, which takes longer; then hard links and what is neither file nor directory are an error.
 *
 * @dryRun Looks at the path, the directories above it and the list, with `recursive` at all lists below it. Names each entry that
 * differs, the mask too, and how many files and directories differ below. Later tasks see the new list and the new mode of the path. What
 * lies below is unknown to them with `recursive`. If `file` would change mode or owner before it, the
 * list is known; if an earlier task would create the path, a list without entries is assumed.
 *
 * @throws UserError E_BAD_ARGUMENT, E_CANNOT_LOOK, E_NOT_A_DIRECTORY, E_NOT_THERE, E_NO_ACCOUNT, E_NO_SETFACL, E_OTHER_KIND, E_UNSAFE_PATH
 *
 * @example
 * acl('exim reads the key', { path: '/etc/app.key', etype: 'user', entity: 'Debian-exim', permissions: 'r' })
 *
 * @example
 * const site = { path: '/srv/www', etype: 'group', entity: 'www-data', permissions: 'rX', recursive: true } as const
 * return [acl('the web server reads the site', site), acl('and new files', { ...site, default: true })]
 */
export const acl: Module<AclArgs, AclState> = defineModule({
  name: 'acl',
  args,
  probe: probeAcl,
  plan: planAcl,
  apply: applyAcl,
  touches: ({ path, recursive = false }) => [recursive ? paths.below(path) : paths.at(path)],
  // The content of a file stays.
  keeps: ({ recursive = false }, is) =>
    is?.here.type === 'file' && !recursive
      ? ({ reader }) => reader === sha256 || reader === readBody || reader === account
      : undefined,
})
