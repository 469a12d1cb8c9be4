import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type Account, account } from '../../shared/account.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { type PasswordAgeing, ageing } from '../shared/ageing.ts'
import { type AccountTools, accountTools } from '../shared/account-tools.ts'
import { takenIds } from '../shared/taken-ids.ts'
import { type UserEntry, userEntry } from '../shared/user-entry.ts'
import { type UserArgs, homeOf } from './args.ts'
import { asksAgeing } from './asked-ageing.ts'

/** What is there of a user. */
export interface UserState {
  /** Undefined where there is no such user. */
  readonly entry: UserEntry | undefined
  /** Undefined where the task says nothing of it. */
  readonly ageing?: PasswordAgeing | undefined
  readonly tools: AccountTools
  readonly taken: readonly number[]
  /** The groups that are asked for and that of its own name, by name. */
  readonly groups: Readonly<Record<string, Account | undefined>>
  /** Who has the number that is asked for. */
  readonly holder: Account | undefined
  /** What is at the home folder's path. */
  readonly home: Stat
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

export function probeUser(args: UserArgs): Probe<UserState> {
  const { name, uid, group, groups = [] } = args
  const names = [...new Set([name, ...(group === undefined ? [] : [group]), ...groups])]
  return askAll<UserState>({
    entry: ask(userEntry, name),
    ageing: asksAgeing(args) ? ask(ageing, name) : known(undefined),
    tools: ask(accountTools, ''),
    taken: ask(takenIds, ''),
    groups: askAll(Object.fromEntries(names.map((one) => [one, ask(account, `group:${one}`)]))),
    holder: ask(account, `user:${uid ?? name}`),
    home: ask(stat, homeOf(args)),
    above: probeFolders(homeOf(args)),
    access: probeAccess({}),
  })
}
