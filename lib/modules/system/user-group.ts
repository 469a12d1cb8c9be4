import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Keeps, type Module, type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { type Prediction, type Probe, ask, askAll, predict } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import { ACCOUNT_FILES, type Account, account, groups } from '../shared/account.ts'
import { accountId, accountName } from './shared/account-args.ts'
import { SHADOW_FILES } from './shared/account-files.ts'
import { type AccountTools, accountTools, assertShadow, assertTools } from './shared/account-tools.ts'
import { crontab } from './shared/crontab.ts'
import { nextId } from './shared/next-id.ts'
import { sorted, takenIds } from './shared/taken-ids.ts'
import { isSshFile } from './shared/ssh-file/reader.ts'
import { type UserEntry, userEntry } from './shared/user-entry.ts'

const shape = {
  /** Its name. */
  name: accountName,
  /** `absent` removes it; that fails while it is the primary group of a user. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Its number. @default as it is; for a new group the next that is free, the same for a dry run and the run after it */
  gid: accountId.optional(),
  /** A new group gets a number of the range for system groups. One that exists stays as it is. @default false */
  system: z.boolean().optional(),
}

export interface UserGroupArgs extends ArgsOf<typeof shape> {}

const args = z.strictObject(shape)

/** What is there of a group. */
export interface UserGroupState {
  /** Undefined where there is no such group. */
  readonly group: Account | undefined
  /** Who has the number that is asked for. */
  readonly holder: Account | undefined
  readonly tools: AccountTools
  readonly taken: readonly number[]
}

/**
 * A group of users of the host: Ansible's `group`, whose name is taken here by groups of tasks. Who is in it is said of the
 * users: `user`. BusyBox cannot change the number of a group that exists: install the package `shadow` for that.
 *
 * @dryRun Reads the groups of the host. Later tasks see the group with its number, also one that the task does not give, so a
 * `user` can be a member of it and files can belong to it. Whether a group can be removed is found in the run.
 *
 * @example
 * userGroup('app', { name: 'app', gid: 2000 })
 */
export const userGroup: Module<UserGroupArgs, UserGroupState> = defineModule({
  name: 'user_group',
  args,
  probe,
  plan,
  apply,
  touches: ({ name }) => [groups.at(name), ...ACCOUNT_FILES, ...SHADOW_FILES],
  keeps,
})

function probe({ name, gid }: UserGroupArgs): Probe<UserGroupState> {
  return askAll<UserGroupState>({
    group: ask(account, `group:${name}`),
    holder: ask(account, `group:${gid ?? name}`),
    tools: ask(accountTools, ''),
    taken: ask(takenIds, ''),
  })
}

function wantedGid({ gid, system = false }: UserGroupArgs, { group, tools, taken }: UserGroupState): number {
  return gid ?? group?.id ?? nextId(system ? tools.ids.system : tools.ids.regular, taken)
}

function plan(given: UserGroupArgs, state: UserGroupState): Plan {
  const { name, gid } = given
  const { group, holder, tools } = state
  if (given.state === 'absent') {
    if (group === undefined) return { changes: [], because: 'already absent' }
    assertTools(tools)
    const leaves = [predict(account, `group:${name}`, undefined), predict(accountTools, '', tools)]
    return { changes: [{ what: 'state', from: 'present', to: 'absent' }], leaves }
  }
  if (group !== undefined && (gid ?? group.id) === group.id)
    return { changes: [], because: `already there, with the number ${group.id}` }
  assertTools(tools)
  if (gid !== undefined && holder !== undefined && holder.name !== 'UNKNOWN')
    throw new UserError('E_ID_TAKEN', `gid ${gid} for ${name} belongs to the group ${holder.name}`, {
      hint: 'Give another gid, or none for the next that is free.',
    })
  if (group !== undefined) assertShadow(tools, 'the gid of a group')
  const changes: Change[] = [
    ...(group === undefined ? [{ what: 'state', from: 'absent', to: 'present' }] : []),
    ...(gid === undefined ? [] : [{ what: 'gid', from: group?.id, to: gid }]),
  ]
  return { changes, leaves: leaves(given, state) }
}

function leaves(given: UserGroupArgs, state: UserGroupState): Prediction[] {
  const made: Account = { id: wantedGid(given, state), name: given.name }
  return [
    predict(account, `group:${made.name}`, made),
    predict(account, `group:${made.id}`, made),
    predict(accountTools, '', state.tools),
    // The number that it had may be a user's as well.
    ...(state.group === undefined ? [predict(takenIds, '', sorted([...state.taken, made.id]))] : []),
  ]
}

function apply(given: UserGroupArgs, state: UserGroupState): ShellStep[] {
  const { name, system = false } = given
  const busybox = state.tools.kind === 'busybox'
  const command = (): string => {
    if (given.state === 'absent') return sh`${busybox ? 'delgroup' : 'groupdel'} ${name}`
    const gid = wantedGid(given, state)
    if (state.group !== undefined) return sh`groupmod -g ${gid} ${name}`
    if (busybox) return sh`addgroup ${system ? ['-S'] : []} -g ${gid} ${name}`
    return sh`groupadd ${system ? ['-r'] : []} -g ${gid} ${name}`
  }
  return [{ script: `PATH=$PATH:/usr/sbin:/sbin\n${command()}` }]
}

/** Other groups stay what they are, and users as far as it is not their group. */
function keeps({ name, state: wanted }: UserGroupArgs, state: UserGroupState | undefined): Keeps {
  const exists = state === undefined || state.group !== undefined
  return ({ reader, key }, answer) => {
    if (reader === account)
      return key.startsWith('user:') || (key !== `group:${name}` && !(exists && /:\d+$/.test(key)))
    if (reader === crontab) return true
    if (isSshFile(reader)) return state !== undefined && state.group === undefined
    if (reader !== userEntry) return false
    const entry = answer as UserEntry | undefined
    if (!exists || entry === undefined) return true
    return wanted === 'absent' ? !entry.groups.includes(name) : entry.gid !== state?.group?.id
  }
}
