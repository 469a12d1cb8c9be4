import type { Change } from '../../../core/change.ts'
import { differences } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import { assertShadow, assertTools } from '../shared/account-tools.ts'
import { NO_LOGIN, type UserEntry } from '../shared/user-entry.ts'
import { ageingChanges } from './ageing.ts'
import { type UserArgs, homeOf } from './args.ts'
import { leavesOfAbsent, leavesOfUser } from './leaves.ts'
import type { UserState } from './state.ts'
import { type WantedUser, asksLogin, setsPassword, wantedUser } from './wanted.ts'

export function planUser(args: UserArgs, state: UserState): Plan {
  if (args.state === 'absent') return planAbsent(args, state)
  const { entry, tools } = state
  assertLogin(args, entry)
  const wanted = wantedUser(args, state)
  const changes = [...changesOf(args, state, wanted), ...homeChange(args, state, wanted)]
  if (changes.length === 0) return { changes, because: `already there, with the number ${wanted.uid}` }
  assertLocal(args, entry)
  assertTools(tools)
  for (const { what } of changes) if (takesShadow(what, entry)) assertShadow(tools, `the ${what} of a user`)
  if (wanted.makesHome) assertSafe(homeOf(args), state.above, state.access)
  if (entry !== undefined && entry.uid !== wanted.uid) assertNamed(args, entry)
  return { changes, leaves: leavesOfUser(args, state, wanted) }
}

function changesOf(args: UserArgs, state: UserState, wanted: WantedUser): Change[] {
  const { entry } = state
  const { name, uid, group, groups, home, shell, comment } = args
  if (entry === undefined) {
    const asked = {
      uid,
      group,
      groups: groups === undefined ? undefined : wanted.groups,
      home,
      shell,
      comment,
    }
    return [
      { what: 'state', from: 'absent', to: 'present' },
      ...differences(asked, {}),
      ...loginChanges(args, wanted, { ...wanted, login: NO_LOGIN }),
      ...ageingChanges(args, state),
    ]
  }
  const moved =
    wanted.gid === entry.gid ? [] : [{ what: 'group', from: entry.gid, to: wanted.primary ?? name }]
  return [
    ...differences({ uid: wanted.uid }, entry),
    ...moved,
    ...differences({ groups: wanted.groups, home: wanted.home, shell: wanted.shell }, entry),
    ...differences({ comment: wanted.comment }, entry),
    ...loginChanges(args, wanted, entry),
    ...ageingChanges(args, state),
  ]
}

// Neither the hash nor anything made from it is shown.
function loginChanges(args: UserArgs, { login }: WantedUser, entry: UserEntry): Change[] {
  const is = entry.login
  if (login === undefined || is === undefined) return []
  return [
    ...(login.digest === is.digest ? [] : [{ what: 'password', from: '«secret»', to: '«secret»' }]),
    ...(args.passwordLock !== undefined && login.locked !== is.locked
      ? [{ what: 'password lock', from: is.locked, to: login.locked }]
      : []),
    ...(login.expires === is.expires
      ? []
      : [{ what: 'expires', from: dateOf(is.expires), to: dateOf(login.expires) }]),
  ]
}

const dateOf = (day: string): string =>
  day === '' ? 'never' : new Date(Number(day) * 86_400_000).toISOString().slice(0, 10)

const homeChange = (args: UserArgs, { home }: UserState, { makesHome }: WantedUser): Change[] =>
  makesHome ? [{ what: 'home folder', from: home.type, to: homeOf(args) }] : []

// adduser makes a user with all of these, except for a day on which it expires, and the age of its password.
const takesShadow = (what: string, entry: UserEntry | undefined): boolean =>
  what === 'expires' ||
  what.startsWith('password expire') ||
  (entry !== undefined && ['uid', 'group', 'home', 'shell', 'comment'].includes(what))

function assertLogin(args: UserArgs, entry: UserEntry | undefined): void {
  if (!asksLogin(args, entry)) return
  const login = entry === undefined ? NO_LOGIN : entry.login
  if (login === undefined)
    throw new UserError('E_CANNOT_LOOK', '/etc/shadow may not be read', {
      hint: 'Set become: true for the task.',
    })
  if (
    args.passwordLock === false &&
    login.locked &&
    login.digest === NO_LOGIN.digest &&
    !setsPassword(args, entry)
  )
    throw new UserError('E_UNSUPPORTED', `${args.name} has no password that could be unlocked`, {
      hint: 'Give it one: password.',
    })
}

function assertLocal({ name }: UserArgs, entry: UserEntry | undefined): void {
  if (entry === undefined || entry.local) return
  throw new UserError('E_FOREIGN_ACCOUNT', `the user ${name} is not in /etc/passwd of the host`, {
    hint: 'It comes from LDAP or the like: change it there.',
  })
}

/** A folder that changes hands or goes must be the one that the task names. */
function assertNamed({ name, home }: UserArgs, entry: UserEntry): void {
  if (entry.home === homeOf({ name, home })) return
  throw new UserError(
    'E_OTHER_HOME',
    `the home folder of ${name} is ${entry.home}, not ${homeOf({ name, home })}`,
    {
      hint: `Name the folder that is to be changed: home: '${entry.home}'.`,
    },
  )
}

function planAbsent(args: UserArgs, state: UserState): Plan {
  const { entry, home } = state
  const { name, removeHome = false } = args
  if (entry === undefined) return { changes: [], because: 'already absent' }
  assertLocal(args, entry)
  assertTools(state.tools)
  if (removeHome) assertNamed(args, entry)
  const removed = removeHome && home.type !== 'absent'
  if (removed && (home.type !== 'directory' || home.uid !== entry.uid))
    throw new UserError('E_UNSAFE_PATH', `${entry.home} is not a folder of ${name}: it is not removed`, {
      hint: 'Leave removeHome out, and remove the folder yourself.',
    })
  if (removed) assertSafe(entry.home, state.above, state.access)
  return {
    changes: [
      { what: 'state', from: 'present', to: 'absent' },
      ...(removed ? [{ what: 'home folder', from: entry.home, to: 'absent' }] : []),
    ],
    leaves: leavesOfAbsent(args, state, removed),
  }
}
