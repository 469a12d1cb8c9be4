import { UserError } from '../../../core/errors.ts'
import type { Git } from './args.ts'
import type { GitState } from './state.ts'
import { isCommit } from './url.ts'

/** What is to be checked out. */
export interface Target {
  readonly commit: string
  /** The branch that it is on. */
  readonly branch: string | undefined
  readonly tag: string | undefined
}

/** @throws UserError E_GIT_REMOTE where the repository does not answer, E_NO_VERSION where it does not have the version */
export function targetOf({ repo, version }: Git, { remote }: GitState): Target {
  const none = { branch: undefined, tag: undefined }
  if (isCommit(version)) return { ...none, commit: version }
  if (remote?.kind === 'failed') throw notRead(repo, remote.why)
  if (remote?.kind !== 'refs') throw notRead(repo, 'it was not asked')
  if (version === 'HEAD') {
    if (remote.head === undefined)
      throw new UserError('E_NO_VERSION', `${repo} has no default branch with a commit`, {
        hint: 'Name a branch, a tag or a commit: version. A repository without commits cannot be checked out.',
      })
    return { ...none, ...remote.head }
  }
  if (remote.branch !== undefined) return { ...none, commit: remote.branch, branch: version }
  if (remote.tag !== undefined) return { ...none, commit: remote.tag, tag: version }
  throw new UserError('E_NO_VERSION', `${repo} has neither a branch nor a tag ${version}`, {
    hint: /^[0-9a-f]{4,63}$/i.test(version)
      ? 'Give the id of a commit in full: 40 digits.'
      : 'Compare with the output of git ls-remote.',
  })
}

export function notRead(repo: string, why: string): UserError {
  return new UserError('E_GIT_REMOTE', `the host cannot read ${repo}: ${why}`, { hint: hintOf(why) })
}

function hintOf(why: string): string {
  if (/host key/i.test(why))
    return 'Add the key of the server in an earlier task, for the user that runs this task: see knownHost. Or set acceptNewHostKey: true.'
  if (
    /permission denied|could not read (username|password)|authentication failed|terminal prompts/i.test(why)
  )
    return 'Give the host a key or a password that the server accepts: keyFile or credentialsFile.'
  if (/dubious ownership/.test(why))
    return 'Run the task as the user that the repository belongs to: becomeUser.'
  if (/cannot run ssh|ssh: not found/i.test(why))
    return 'Install ssh in an earlier task: the package is openssh-client on Debian.'
  return 'Run git ls-remote with this address on the host.'
}
