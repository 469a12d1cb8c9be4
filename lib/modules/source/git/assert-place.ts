import { UserError } from '../../../core/errors.ts'
import { assertFolder, folderOf } from '../../shared/parent-folders.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import type { Git } from './args.ts'
import type { GitState } from './state.ts'
import { notRead } from './target.ts'

/** @throws UserError unless the checkout may be made or changed where it is to be */
export function assertPlace(given: Git, state: GitState): void {
  const { dest, repo, bare = false } = given
  const { here, folder, above, access, remote } = state
  assertFolder(folderOf(dest), folder)
  if (here.type === 'link')
    throw new UserError('E_OTHER_KIND', `${dest} is a link to ${here.target}`, {
      hint: 'Use the path of its target.',
    })
  if (here.type !== 'directory' && here.type !== 'absent')
    throw new UserError('E_OTHER_KIND', `${dest} is not a directory`, { hint: 'Remove what is there.' })
  assertSafe(`${dest}/x`, [...above, { path: dest, stat: here }], access)
  const { mode = '0755' } = here
  if ((Number.parseInt(mode, 8) & 0o002) !== 0)
    throw new UserError(
      'E_UNSAFE_PATH',
      `${dest} is not safe for a checkout: everybody can write to it (${mode})`,
      {
        hint: `Change its mode in an earlier task: file('app', { path: '${dest}', state: 'directory', mode: '0755' })`,
      },
    )
  const found = bare ? state.mirror : state.checkout
  const kind = found?.kind
  if (kind === 'no git' || remote?.kind === 'no git')
    throw new UserError('E_NO_GIT', 'the host has no git', {
      hint: "Install it in an earlier task: packages('git', { names: ['git'] }).",
    })
  if (found?.kind === 'foreign') throw foreign(dest, found.uid, here.owner ?? 'UNKNOWN')
  if (found?.kind === 'broken')
    throw new UserError('E_OTHER_KIND', `git cannot read the repository in ${dest}: ${found.why}`, {
      hint: 'Run git status there, or remove the directory.',
    })
  if (kind === 'other')
    throw new UserError(
      'E_OTHER_KIND',
      `${dest} is not empty, and no ${bare ? 'bare repository' : 'checkout of git'}`,
      { hint: `Use another path, or remove it: file('old', { path: '${dest}', state: 'absent' })` },
    )
  if (found?.kind === 'failed') throw notRead(repo, found.why)
  if (remote?.kind === 'failed') throw notRead(repo, remote.why)
}

// Whoever owns a repository can make git run programs as whoever uses it.
const foreign = (dest: string, uid: number, owner: string): UserError =>
  new UserError('E_FOREIGN_CHECKOUT', `the repository in ${dest} belongs to another user: uid ${uid}`, {
    hint: `Run the task as that user: becomeUser${owner === 'UNKNOWN' || owner === 'root' ? '' : `: '${owner}'`}. Git would run programs of that user's choice.`,
  })
