import { posix } from 'node:path'
import type { ShellStep } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { PLACE } from '../../shared/place.ts'
import { archiveSteps } from './archive.ts'
import type { Git } from './args.ts'
import { UNFINISHED } from './checkout.ts'
import { commitOf, leavesCheckout, repositoryOf } from './plan.ts'
import { objectsOf } from './reference.ts'
import { TRY, prelude } from './script.ts'
import type { GitState } from './state.ts'
import { type Target, targetOf } from './target.ts'
import { verify } from './verify.ts'

/*
 * What is checked out is the commit that the plan names, also where the branch has moved on since. A checkout that is not made to its
 * end is marked, so that the next run goes on with it.
 */
export function applyGit(given: Git, state: GitState): ShellStep[] {
  const { archive, checkout } = state
  const isKept = given.update === false && repositoryOf(state).head !== undefined
  const commit = commitOf(given, state)
  const isMade = checkout?.kind === 'repository' && (isKept || leavesCheckout(given, state))
  return [
    ...(isMade ? [] : [bring(given, state)]),
    ...(archive === undefined || commit === undefined ? [] : archiveSteps(given, archive, commit)),
  ]
}

function bring(given: Git, state: GitState): ShellStep {
  const lines = [
    'set -eu',
    EXPLAIN,
    ...prelude(given.dest, given, false),
    TRY,
    ...enterDest(given.dest),
    ...(given.bare === true ? updateMirror(given, state) : updateCheckout(given, state)),
  ]
  return { script: lines.join('\n'), explains: true }
}

const enterDest = (dest: string): string[] => [
  PLACE,
  'umask 022',
  'began=$PWD',
  sh`enter ${dest.split('/').length === 2 ? ['/'] : ['/', ...ancestors(dest)]}`,
  sh`at=${`./${posix.basename(dest)}`} name=${dest}`,
  '[ -d "$at" ] || mkdir -- "$at" || explain "$name"',
  'is=$(look "$at") && [ "${is%%:*}" = "$(id -u)" ] || unsafe "$name belongs to another user"',
  'into "$at" "$is" "$name"',
]

/** The address, and where branches go. */
const setRemote = ({ repo, remote }: Git, branches: string): string[] => [
  sh`try 'the remote cannot be set' git config --replace-all ${`remote.${remote}.url`} ${repo}`,
  sh`git config --get ${`remote.${remote}.fetch`} >/dev/null || git config ${`remote.${remote}.fetch`} ${branches}`,
]

function updateCheckout(given: Git, state: GitState): string[] {
  const { repo, dest, remote, force = false, recursive = true } = given
  const target = targetOf(given, state)
  const is = repositoryOf(state)
  return [
    sh`commit=${target.commit} alone=${given.refspec === undefined ? raw : 'yes'} force=${force ? '--force' : raw}`,
    sh`[ -e .git ] || { try ${`${dest} cannot be made`} git init -q; git config ${UNFINISHED} true; }`,
    ...(is.head === undefined ? borrow(given, state, '.git/objects/info') : []),
    `if [ "$(git config --get ${UNFINISHED})" = true ]; then force=--force; rm -f .git/*.lock; fi`,
    ...setRemote(given, `+refs/heads/*:refs/remotes/${remote}/*`),
    ...(is.head === target.commit ? [] : fetch(given, target)),
    ...verify(given, target),
    ...(force && is.head !== undefined ? [sh`try ${`${dest} cannot be reset`} git reset -q --hard`] : []),
    ...checkOut(given, target),
    // Where history is cut off it no longer shows that the commit came from the repository.
    '[ -z "$alone" ] && [ ! -f "$(git rev-parse --git-path shallow)" ] || git update-ref refs/run-playbook/commit "$commit"',
    `git config --unset ${UNFINISHED} || :`,
    ...(recursive ? submodules(repo, force) : []),
  ]
}

const raw = { raw: "''" }

/** What a new one need not fetch, as by `git clone --reference`. */
function borrow(given: Git, { reference }: GitState, info: string): string[] {
  const objects = objectsOf(given, reference)
  return objects === undefined ? [] : [sh`printf '%s\\n' ${objects} >${info}/alternates`]
}

function fetch(given: Git, target: Target): string[] {
  const { repo, remote, depth, refspec } = given
  const { branch, tag, commit } = target
  const more = refspec === undefined ? [] : [refspec]
  const all = [`+refs/heads/*:refs/remotes/${remote}/*`, '+refs/tags/*:refs/tags/*', ...more]
  const one =
    branch !== undefined
      ? [`+refs/heads/${branch}:refs/remotes/${remote}/${branch}`]
      : tag !== undefined
        ? [`+refs/tags/${tag}:refs/tags/${tag}`]
        : [commit]
  const failed = `${repo} cannot be fetched`
  const get = (options: readonly string[], refs: readonly string[]): string =>
    sh`git fetch -q --no-recurse-submodules ${options} -- ${remote} ${refs}`
  const some = get(depth === undefined ? [] : ['--no-tags', '--depth', String(depth)], [commit])
  const isCommitOnly = branch === undefined && tag === undefined
  return [
    'have() { git cat-file -e "$commit^{commit}" 2>/dev/null; }',
    ...(depth === undefined
      ? [`${isCommitOnly ? 'have || ' : ''}try ${quote(failed)} ${get(['--no-tags'], all)}`]
      : isCommitOnly
        ? []
        : [`try ${quote(failed)} ${get(['--no-tags', '--depth', String(depth)], [...one, ...more])}`]),
    // One that is on no branch, or that the branch has left since.
    `have || { ${some} >/dev/null 2>&1 </dev/null && alone=yes; } || :`,
    ...(depth === undefined ? [] : [`have || try ${quote(failed)} ${get(['--no-tags'], all)}`]),
    `have || [ ! -f "$(git rev-parse --git-path shallow)" ] || try ${quote(failed)} ${get(['--no-tags', '--unshallow'], all)}`,
    `have || { printf '%s\\n' ${quote(`${repo} does not have the commit ${commit}, or no longer: run it again`)} >&2; exit 1; }`,
  ]
}

function checkOut({ dest, remote }: Git, { branch }: Target): string[] {
  const failed = `${dest} cannot be checked out`
  if (branch === undefined) return [sh`try ${failed} git checkout -q $force --detach "$commit" --`]
  return [
    sh`try ${failed} git checkout -q $force --no-track -B ${branch} "$commit" --`,
    sh`git config ${`branch.${branch}.remote`} ${remote}`,
    sh`git config ${`branch.${branch}.merge`} ${`refs/heads/${branch}`}`,
  ]
}

const submodules = (repo: string, force: boolean): string[] => [
  'if [ -f .gitmodules ]; then',
  sh`  try ${`the submodules of ${repo} cannot be set`} git submodule -q sync --recursive`,
  sh`  try ${`the submodules of ${repo} cannot be checked out`} git submodule -q update --init --recursive ${force ? ['--force'] : []}`,
  'fi',
]

function updateMirror(given: Git, state: GitState): string[] {
  const { remote, mirror } = state
  const { repo, dest, remote: name } = given
  const head = remote?.kind === 'refs' ? remote.head?.branch : undefined
  const isNew = mirror?.kind !== 'repository'
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
  return [
    sh`[ -e HEAD ] || try ${`${dest} cannot be made`} git init -q --bare`,
    ...(isNew ? borrow(given, state, 'objects/info') : []),
    ...setRemote(given, '+refs/heads/*:refs/heads/*'),
    sh`try ${`${repo} cannot be fetched`} git fetch -q --no-tags -- ${name} ${refs}`,
    ...(isNew && head !== undefined ? [sh`git symbolic-ref HEAD ${`refs/heads/${head}`}`] : []),
  ]
}
