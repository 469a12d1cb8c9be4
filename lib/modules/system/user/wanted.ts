import { UserError } from '../../../core/errors.ts'
import { reveal } from '../../../core/secret.ts'
import type { Account } from '../../shared/account.ts'
import { nextId } from '../shared/next-id.ts'
import { type Login, NO_LOGIN, type UserEntry, digestOf } from '../shared/user-entry.ts'
import { type UserArgs, homeOf } from './args.ts'
import { asksAgeing } from './asked-ageing.ts'
import type { UserState } from './state.ts'

/** What the user will be. */
export interface WantedUser extends UserEntry {
  /** Its primary group, where that is known by name. */
  readonly primary: string | undefined
  /** The primary group is made with the user. */
  readonly makesGroup: boolean
  /** The home folder is made. */
  readonly makesHome: boolean
}

/** @throws UserError for what the host cannot have, such as a group that is not there */
export function wantedUser(args: UserArgs, state: UserState): WantedUser {
  const { entry, home } = state
  assertNumber(args, state)
  const groups = (args.groups ?? []).map((name) => groupNamed(name, state).name)
  const kept = args.groups === undefined || args.append === true ? (entry?.groups ?? []) : []
  const id = entry === undefined ? newIds(args, state) : idsOf(args, entry, state)
  return {
    ...id,
    comment: args.comment ?? entry?.comment ?? '',
    home: args.home ?? entry?.home ?? homeOf(args),
    shell: args.shell ?? entry?.shell ?? state.tools.shell,
    local: true,
    // A member of the primary group as well is listed there on BusyBox; it counts once.
    groups: [...new Set([...kept, ...groups])].toSorted(),
    login: wantedLogin(args, entry),
    makesHome:
      args.createHome !== false &&
      home.type === 'absent' &&
      (entry === undefined || args.home !== undefined || entry.home === homeOf(args)),
  }
}

type Ids = Pick<WantedUser, 'uid' | 'gid' | 'primary' | 'makesGroup'>

function idsOf({ uid, group }: UserArgs, entry: UserEntry, state: UserState): Ids {
  const primary = group === undefined ? undefined : groupNamed(group, state)
  const own = Object.values(state.groups).find((one) => one?.id === entry.gid)
  return {
    uid: uid ?? entry.uid,
    gid: primary?.id ?? entry.gid,
    primary: primary?.name ?? own?.name,
    makesGroup: false,
  }
}

/** The group of its own has the same number, where that is free. */
function newIds({ name, uid: asked, group, system = false }: UserArgs, state: UserState): Ids {
  const { tools, taken } = state
  const range = system ? tools.ids.system : tools.ids.regular
  const uid = asked ?? nextId(range, taken)
  const primary = group === undefined ? state.groups[name] : groupNamed(group, state)
  if (primary !== undefined) return { uid, gid: primary.id, primary: primary.name, makesGroup: false }
  const gid = taken.includes(uid) ? nextId(range, [...taken, uid]) : uid
  return { uid, gid, primary: name, makesGroup: true }
}

function groupNamed(name: string, { groups }: UserState): Account {
  const found = groups[name]
  if (found !== undefined) return found
  throw new UserError('E_NO_ACCOUNT', `there is no group ${name} on the host`, {
    hint: `Create it in an earlier task: userGroup('${name}', { name: '${name}' })`,
  })
}

function assertNumber({ name, uid }: UserArgs, { holder, entry }: UserState): void {
  if (uid === undefined || uid === entry?.uid || holder === undefined || holder.name === 'UNKNOWN') return
  throw new UserError('E_ID_TAKEN', `uid ${uid} for ${name} belongs to the user ${holder.name}`, {
    hint: 'Give another uid, or none for the next that is free.',
  })
}

function wantedLogin(args: UserArgs, entry: UserEntry | undefined): Login | undefined {
  const { password, passwordLock, expires } = args
  if (entry !== undefined && entry.login === undefined) return undefined
  const is = entry?.login ?? NO_LOGIN
  const digest = setsPassword(args, entry) && password !== undefined ? digestOf(reveal(password)) : is.digest
  return {
    digest,
    // A new password is not locked.
    locked: passwordLock ?? (digest === is.digest ? is.locked : false),
    expires: expires === undefined ? is.expires : dayOf(expires),
  }
}

const dayOf = (date: string): string => (date === 'never' ? '' : String(Date.parse(date) / 86_400_000))

/** Whether the password is to be what the task says. */
export const setsPassword = (
  { password, updatePassword = 'always' }: UserArgs,
  entry: UserEntry | undefined,
): boolean => password !== undefined && (entry === undefined || updatePassword === 'always')

/** Whether the task says anything of what only root may read. */
export const asksLogin = (args: UserArgs, entry: UserEntry | undefined): boolean =>
  setsPassword(args, entry) ||
  args.passwordLock !== undefined ||
  args.expires !== undefined ||
  asksAgeing(args)
