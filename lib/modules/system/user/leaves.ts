import { type Prediction, predict } from '../../../core/probe.ts'
import { sameAccounts } from '../../shared/access.ts'
import { type Account, account } from '../../shared/account.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { accountTools } from '../shared/account-tools.ts'
import { type SshFile, sshFiles, sshPath } from '../shared/ssh-file/reader.ts'
import { sorted, takenIds } from '../shared/taken-ids.ts'
import { userEntry } from '../shared/user-entry.ts'
import { ageingLeaves } from './ageing.ts'
import { type UserArgs, homeOf } from './args.ts'
import type { UserState } from './state.ts'
import type { WantedUser } from './wanted.ts'

/** What the host will say of the user, its group and its home folder: later tasks give files to them. */
export function leavesOfUser(args: UserArgs, state: UserState, wanted: WantedUser): Prediction[] {
  const { name } = args
  const { uid, gid, comment, home, shell, local, login, makesGroup } = wanted
  const entry = { uid, gid, comment, home, shell, local, groups: wanted.groups, login }
  const groups = Object.entries(state.groups).filter(([group]) => !(makesGroup && group === name))
  return [
    predict(userEntry, name, entry),
    ...ageingLeaves(args, state),
    predict(account, `user:${name}`, { id: uid, name }),
    predict(account, `user:${uid}`, { id: uid, name }),
    ...(makesGroup ? namedGroup(name, gid) : []),
    ...groups.map(([group, is]) => predict(account, `group:${group}`, is)),
    // The number that it had may be a group's as well.
    ...(state.entry === undefined || state.entry.uid === uid
      ? [predict(takenIds, '', sorted([...state.taken, uid, gid]))]
      : []),
    ...unchanged(state),
    ...homeLeaves(args, state, wanted),
  ]
}

const namedGroup = (name: string, id: number): Prediction[] => [
  predict(account, `group:${name}`, { id, name }),
  predict(account, `group:${id}`, { id, name }),
]

const unchanged = ({ tools, access }: UserState): Prediction[] => [
  predict(accountTools, '', tools),
  ...sameAccounts(access),
]

function homeLeaves(args: UserArgs, state: UserState, wanted: WantedUser): Prediction[] {
  const { uid, gid, primary, makesHome } = wanted
  const path = homeOf(args)
  // Folders on the way that are missing are made; what they get from a folder with setgid is not worth a guess.
  if (makesHome && state.above.some((folder) => folder.stat.type === 'absent')) return []
  if (!makesHome)
    return uid === state.entry?.uid || state.home.type === 'absent' || state.entry === undefined
      ? [predict(stat, path, state.home), ...sameFolders(state.above)]
      : []
  if (primary === undefined) return sameFolders(state.above)
  const made: Stat = {
    type: 'directory',
    mode: state.tools.homeMode,
    owner: args.name,
    uid,
    group: primary,
    gid,
  }
  return [
    predict(stat, path, made),
    ...sameFolders(state.above),
    ...sshLeaves(args, state, {
      user: { id: uid, name: args.name },
      group: { id: gid, name: primary },
      home: made,
    }),
  ]
}

/** A new home folder has no files of ssh, unless /etc/skel brings some. */
function sshLeaves(
  args: UserArgs,
  { tools, above }: UserState,
  { home, ...accounts }: { readonly user: Account; readonly group: Account; readonly home: Stat },
): Prediction[] {
  if (tools.skeleton.includes('.ssh')) return []
  return (['authorized_keys', 'known_hosts'] as const).map((file) => {
    const path = sshPath(homeOf(args), file)
    const folders = [...above, { path: homeOf(args), stat: home }, { path: folderOf(path), stat: ABSENT }]
    const none: SshFile = { ...accounts, path, here: ABSENT, text: undefined, above: folders }
    return predict(sshFiles[file], args.name, none)
  })
}

const ABSENT: Stat = { type: 'absent' }

/** What useradd's groups become when the user goes is for the tools of the host to say. */
export function leavesOfAbsent(args: UserArgs, state: UserState, removed: boolean): Prediction[] {
  const { name } = args
  return [
    predict(userEntry, name, undefined),
    predict(account, `user:${name}`, undefined),
    ...unchanged(state),
    ...(removed ? [predict(stat, homeOf(args), { type: 'absent' })] : []),
    ...(removed ? sameFolders(state.above) : []),
  ]
}

/** Whether the path is below the home folder, in something that /etc/skel does not have. */
export function isBeside(home: string, skeleton: readonly string[], path: string): boolean {
  if (!path.startsWith(`${home}/`)) return false
  return !skeleton.includes(path.slice(home.length + 1).split('/')[0] ?? '')
}
