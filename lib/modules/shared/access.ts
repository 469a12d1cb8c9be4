import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Prediction, type Probe, ask, predict } from '../../core/probe.ts'
import { quote } from '../../core/sh.ts'
import { type Account, SELF, account } from './account.ts'
import { changedMode, modeArg } from './mode.ts'
import type { Stat } from './stat.ts'

const accountName = z.union([
  z.int().min(0),
  z.string().regex(/^[^\s:\0-][^\s:\0]*$/, 'must be the name or number of an account'),
])

export const accessArgs = {
  /**
   * Four octal digits in quotes, such as `'0640'`, or symbols as for chmod, such as `'u=rw,g=r,o='` or `'a+rX'`. Symbols start from the
   * mode that is there, or that a new file gets without `mode`. Without `u`, `g`, `o` or `a` in front they are for all, but `w` for the
   * owner only.
   *
   * @default an existing file keeps its mode
   */
  mode: modeArg.optional(),
  /**
   * Name or numeric ID. Use the ID for a user that exists only in a container.
   * @default an existing file keeps its owner; a new file belongs to the user that runs the task
   */
  owner: accountName.optional(),
  /**
   * Name or numeric ID.
   * @default an existing file keeps its group; a new file gets the group of the directory if that is setgid, otherwise
   * the group of the user that runs the task
   */
  group: accountName.optional(),
}

/** Who may do what with a file. What is left out stays as it is. */
export interface AccessArgs extends ArgsOf<typeof accessArgs> {}

/** The accounts that matter, as the host knows them. */
export interface AccessState {
  readonly accounts: Readonly<Record<string, Account | undefined>>
}

/** Looks up the accounts that are asked for, and who asks. */
export function probeAccess(args: AccessArgs): Probe<AccessState> {
  const keys = accountKeys(args)
  return {
    questions: keys.flatMap((key) => ask(account, key).questions),
    parse: (answers) => ({
      accounts: Object.fromEntries(keys.map((key, i) => [key, answers[i] as Account | undefined])),
    }),
  }
}

function accountKeys({ owner, group }: AccessArgs): string[] {
  const asked = [owner === undefined ? [] : [`user:${owner}`], group === undefined ? [] : [`group:${group}`]]
  return [SELF.user, SELF.group, ...asked.flat()]
}

/** The accounts stay what they are: said again, because a question without a prediction is unknown afterwards. */
export const sameAccounts = ({ accounts }: AccessState): Prediction[] =>
  Object.entries(accounts).map(([key, known]) => predict(account, key, known))

/** What `stat` will say of mode and owner. */
export interface Access {
  readonly mode: string
  readonly owner: string
  readonly uid: number
  readonly group: string
  readonly gid: number
}

/** The same as far as it is known. */
export type Had = { readonly [Name in keyof Access]?: Access[Name] | undefined }

/**
 * What something will have: what is asked for, else what it has, else what a new one gets.
 * @param here what is there, `absent` where it is made anew
 * @param made a new one, with its mode
 * @throws UserError when the host has no such user or group
 */
export function wantedAccess(
  args: AccessArgs,
  state: AccessState,
  here: Stat,
  folder: Stat,
  made: Pick<Stat, 'type' | 'mode'>,
): Access {
  const fresh = freshAccess(state, folder)
  const user = named('user', args.owner, state) ?? {
    id: here.uid ?? fresh.uid,
    name: here.owner ?? fresh.owner,
  }
  const group = named('group', args.group, state) ?? {
    id: here.gid ?? fresh.gid,
    name: here.group ?? fresh.group,
  }
  const base = here.mode ?? made.mode ?? '0000'
  const mode = args.mode === undefined ? base : changedMode(args.mode, { type: made.type, mode: base })
  return { mode, owner: user.name, uid: user.id, group: group.name, gid: group.id }
}

/** What a new thing in the folder gets by itself. In a folder with setgid the group is the folder's. */
export function freshAccess({ accounts }: AccessState, folder: Stat): Omit<Access, 'mode'> {
  const user = accounts[SELF.user] ?? NOBODY
  const own = accounts[SELF.group] ?? NOBODY
  const inherits = isSetgid(folder)
  return {
    owner: user.name,
    uid: user.id,
    group: inherits ? (folder.group ?? own.name) : own.name,
    gid: inherits ? (folder.gid ?? own.id) : own.id,
  }
}

/** What a new thing has for certain. At the end of a link there may be a setgid folder, so there it is nothing. */
export const certainAccess = (state: AccessState, folder: Stat): Had =>
  folder.type === 'link' ? {} : freshAccess(state, folder)

export const isSetgid = ({ type, mode = '0000' }: Stat): boolean =>
  type === 'directory' && (Number.parseInt(mode, 8) & 0o2000) !== 0

const NOBODY: Account = { id: 65534, name: 'nobody' }

function named(
  kind: 'user' | 'group',
  name: string | number | undefined,
  state: AccessState,
): Account | undefined {
  if (name === undefined) return undefined
  const known = state.accounts[`${kind}:${name}`]
  if (known !== undefined) return known
  throw new UserError('E_NO_ACCOUNT', `there is no ${kind} ${name} on the host`, {
    hint: `Create it in an earlier task, or use the numeric ID that it has in the container.`,
  })
}

/** What differs, of what was asked for. Owners print as they were asked for; they are compared by number. */
export function accessChanges(args: AccessArgs, here: Stat, wanted: Access): Change[] {
  const numeric = (asked: string | number): boolean => /^\d+$/.test(String(asked))
  const changes: (Change | false)[] = [
    args.mode !== undefined &&
      wanted.mode !== here.mode && { what: 'mode', from: here.mode, to: wanted.mode },
    args.owner !== undefined &&
      wanted.uid !== here.uid && {
        what: 'owner',
        from: numeric(args.owner) ? here.uid : here.owner,
        to: args.owner,
      },
    args.group !== undefined &&
      wanted.gid !== here.gid && {
        what: 'group',
        from: numeric(args.group) ? here.gid : here.group,
        to: args.group,
      },
  ]
  return changes.flatMap((change) => (change === false ? [] : [change]))
}

/**
 * The commands that give `word` its owner and mode, as far as they differ from what it has. Owner first: a change of owner
 * takes setuid bits away.
 */
export function accessCommands(wanted: Access, has: Had, word: string, isLink = false): string[] {
  const chown = ownerCommands(wanted, has, word, isLink)
  // Five digits: with four, GNU chmod leaves a folder's setgid bit as it was.
  const chmod = `chmod ${quote(`0${wanted.mode}`)} ${word}`
  return isLink || (chown.length === 0 && wanted.mode === has.mode) ? chown : [...chown, chmod]
}

/** The same without the mode. */
export function ownerCommands(wanted: Access, has: Had, word: string, isLink = false): string[] {
  if (wanted.uid === has.uid && wanted.gid === has.gid) return []
  return [`chown ${isLink ? '-h ' : ''}${wanted.uid}:${wanted.gid} ${word}`]
}
