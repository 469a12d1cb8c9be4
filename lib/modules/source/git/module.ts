import { type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { type Git, type GitArgs, args } from './args.ts'
import { applyGit } from './apply.ts'
import { planGit } from './plan.ts'
import { ownFiles } from './remote.ts'
import { type GitState, probeGit } from './state.ts'

/**
 * A checkout of a git repository. A dry run asks the repository, as `git ls-remote` does, and says from which commit to which the
 * checkout would change. The run then checks out that commit, also where the branch has moved on since.
 *
 * As in Ansible, local changes are an error unless `force` is true, submodules are checked out too, and git never asks for a password
 * or about an unknown host. Unlike in Ansible, local commits that no remote has are an error too unless `force` is true; `HEAD` is the
 * default branch of the repository, not the branch that is checked out; a commit needs its full id; tags become what the repository
 * has; `depth` holds for a commit too; and the directory that `dest` lies in must exist. A repository that belongs to another user is
 * an error, because git runs programs that its owner chooses; and an archive is also made anew if the checkout is as wanted and the archive is
 * of another commit or of other content. `clone`, `ssh_opts`, `track_submodules` and `separate_git_dir` are not available.
 *
 * @dryRun Asks git on the host what is checked out, and the repository for the commit of the version, unless that is a full id.
 * Names the commits, and what `force` would throw away. Later tasks see the commit; files below `dest` are unknown to them.
 * Unknown if an earlier task would change a key, a password or `dest`, or may change what servers answer. A signature is checked
 * in the run only.
 *
 * @throws UserError E_NO_GIT, E_GIT_REMOTE, E_NO_VERSION, E_LOCAL_CHANGES, E_FOREIGN_CHECKOUT
 *
 * @example
 * git('app', { repo: 'https://github.com/example/app.git', dest: '/srv/app', version: 'v1.4.0', depth: 1 })
 *
 * @example
 * git('release', {
 *   repo: 'https://github.com/example/app.git',
 *   dest: '/srv/app',
 *   version: 'v1.4.0',
 *   archive: '/srv/releases/app-1.4.0.tar.gz',
 *   archivePrefix: 'app-1.4.0/',
 * })
 *
 * @example
 * // Over SSH, as the user that the checkout belongs to.
 * git(
 *   'app',
 *   { repo: 'git@git.example.org:ops/app.git', dest: '/srv/app', version: 'main', keyFile: '/home/app/.ssh/deploy' },
 *   { becomeUser: 'app' },
 * )
 *
 * @example
 * // Over https with a password, which is in a file on the host.
 * const login = new Secret('git', 'https://deploy:correct-horse@git.example.org\n')
 * return [
 *   copy('login', { dest: '/root/.git-login', content: login, mode: '0600' }),
 *   git('app', { repo: 'https://git.example.org/ops/app.git', dest: '/srv/app', credentialsFile: '/root/.git-login' }),
 * ]
 */
export const git: Module<GitArgs, GitState> = defineModule({
  name: 'git',
  args,
  ansible: { name: 'repo', accept_hostkey: 'acceptNewHostKey', gpg_whitelist: 'gpgAllowlist' },
  withEnvironment: (given: Git, environment) => ({ ...given, environment }),
  probe: probeGit,
  plan: planGit,
  apply: applyGit,
  touches,
})

function touches(given: Git, state: GitState | undefined): readonly Resource[] {
  const { dest, archive, acceptNewHostKey = false } = given
  const home = state?.remote?.home ?? state?.mirror?.home
  const written = [paths.below(dest), ...(archive === undefined ? [] : [paths.at(archive)])]
  if (!acceptNewHostKey) return written
  return [...written, ...(home === undefined ? [paths.all] : ownFiles(home))]
}
