import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { freshAccess, isSetgid, sameAccounts } from '../../shared/access.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import { archiveChanges, archiveLeaves } from './archive.ts'
import type { Git } from './args.ts'
import { type Repository, checkout, checkoutKey } from './checkout.ts'
import { assertPlace } from './assert-place.ts'
import { mirror, mirrorKey, remoteKey, remoteRefs } from './remote.ts'
import { gitReference, objectsOf } from './reference.ts'
import type { GitState } from './state.ts'
import { type Target, targetOf } from './target.ts'
import { withoutPasswords } from './url.ts'

export function planGit(given: Git, state: GitState): Plan {
  assertPlace(given, state)
  return given.bare === true ? planMirror(given, state) : planCheckout(given, state)
}

const NEW: Repository = {
  kind: 'repository',
  head: undefined,
  branch: undefined,
  url: undefined,
  changed: [],
  unpushed: 0,
  stale: 0,
}

/** What is checked out; nothing where there is none. */
export const repositoryOf = ({ checkout: found }: GitState): Repository =>
  found?.kind === 'repository' ? found : NEW

/** The commit that is checked out in the end. Undefined for a bare repository. */
export function commitOf(given: Git, state: GitState): string | undefined {
  if (given.bare === true) return undefined
  const { head } = repositoryOf(state)
  return given.update === false && head !== undefined ? head : targetOf(given, state).commit
}

/** Whether the checkout is as wanted. */
export const leavesCheckout = (given: Git, state: GitState): boolean =>
  changesOf(given, repositoryOf(state), targetOf(given, state)).length === 0

function planCheckout(given: Git, state: GitState): Plan {
  const { update = true, dest, repo } = given
  const is = repositoryOf(state)
  const isKept = !update && is.head !== undefined
  const target = isKept ? { commit: is.head, branch: is.branch, tag: undefined } : targetOf(given, state)
  if (!isKept) assertNothingLost(given, is, target)
  if (is.head === undefined) objectsOf(given, state.reference)
  const own = isKept ? [] : changesOf(given, is, target)
  const { archive } = state
  const archived = archive === undefined ? [] : archiveChanges(given, archive, target.commit)
  const changes = [...own, ...archived]
  if (changes.length === 0)
    return {
      changes,
      because: isKept ? `${dest} is there` : `already ${short(target.commit)}${named(target)}`,
    }
  const after: Repository =
    own.length === 0 ? is : { ...NEW, head: target.commit, branch: target.branch, url: repo }
  return {
    changes,
    leaves: [
      predict(checkout, checkoutKey(given), after),
      ...leaves(given, state),
      ...(archive === undefined ? [] : archiveLeaves(given, archive, target.commit)),
    ],
  }
}

const short = (commit: string): string => commit.slice(0, 12)

const named = ({ branch, tag }: Target): string =>
  branch === undefined && tag === undefined ? '' : ` (${branch ?? tag})`

function changesOf({ repo, remote, recursive = true }: Git, is: Repository, target: Target): Change[] {
  const { changed, unpushed, stale } = is
  const isNew = is.head === undefined
  return [
    ...(isNew || is.url === repo
      ? []
      : [{ what: `remote ${remote}`, from: withoutPasswords(is.url ?? 'absent'), to: repo }]),
    ...(changed.length > 0 ? [{ what: 'local changes', from: list(changed), to: 'none' }] : []),
    ...(unpushed > 0 ? [{ what: 'local commits', from: String(unpushed), to: 'none' }] : []),
    ...(is.head === target.commit
      ? []
      : [
          {
            what: 'commit',
            from: is.head === undefined ? 'absent' : short(is.head),
            to: `${short(target.commit)}${named(target)}`,
          },
        ]),
    ...(isNew || is.branch === target.branch
      ? []
      : [{ what: 'branch', from: is.branch ?? 'none', to: target.branch ?? 'none' }]),
    ...(recursive && stale > 0 && is.head === target.commit
      ? [{ what: 'submodules', from: `${stale} not at the commit that is recorded`, to: 'as recorded' }]
      : []),
  ]
}

function assertNothingLost(
  { dest, force = false }: Git,
  { changed, unpushed, head }: Repository,
  target: Target,
) {
  if (force) return
  if (changed.length > 0)
    throw new UserError('E_LOCAL_CHANGES', `${dest} has local changes: ${list(changed)}`, {
      hint: 'Commit and push them, or take them back (git checkout -- FILE), or throw them away with force: true.',
    })
  if (unpushed > 0 && head !== target.commit)
    throw new UserError('E_LOCAL_CHANGES', `${dest} has ${unpushed} local commits that no remote has`, {
      hint: 'Push them, or throw them away with force: true.',
    })
}

const list = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and more` : names.join(', ')

function planMirror(given: Git, state: GitState): Plan {
  const { repo, remote, dest, update = true } = given
  const is = state.mirror?.kind === 'repository' ? state.mirror : undefined
  if (!update && is !== undefined) return { changes: [], because: `${dest} is there` }
  if (is === undefined) objectsOf(given, state.reference)
  const changes: Change[] = [
    ...(is === undefined || is.url === repo
      ? []
      : [{ what: `remote ${remote}`, from: withoutPasswords(is.url ?? 'absent'), to: repo }]),
    ...(is === undefined || is.behind > 0
      ? [
          {
            what: 'branches and tags',
            from: is === undefined ? 'absent' : `${is.behind} of ${is.total} missing or old`,
            to: 'as the repository has them',
          },
        ]
      : []),
  ]
  if (changes.length === 0) return { changes, because: `${dest} has all branches and tags` }
  const after = is === undefined ? [] : [predict(mirror, mirrorKey(given), { ...is, url: repo, behind: 0 })]
  return { changes, leaves: [...after, ...leaves(given, state)] }
}

function leaves(given: Git, state: GitState): Prediction[] {
  const { dest, update = true } = given
  const { here, folder, above, access, remote, reference } = state
  const made = {
    type: 'directory',
    mode: isSetgid(folder) ? '2755' : '0755',
    ...freshAccess(access, folder),
  } as const
  const certain = here.type !== 'absent' || folder.type !== 'link'
  return [
    ...(reference === undefined || given.reference === undefined
      ? []
      : [predict(gitReference, given.reference, reference)]),
    ...(certain ? [predict(stat, dest, here.type === 'absent' ? made : here)] : []),
    predict(stat, folderOf(dest), folder),
    ...sameFolders(above),
    ...sameAccounts(access),
    ...(remote === undefined
      ? []
      : [predict(remoteRefs, remoteKey(given), update ? remote : { home: remote.home, kind: 'not asked' })]),
  ]
}
