import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type Account, SELF, account } from '../../shared/account.ts'
import { type TextFile, probeTextFile } from '../../shared/text-file.ts'
import { crontab, crontabTool } from '../shared/crontab.ts'
import type { CronArgs } from './args.ts'

/** What is there of a crontab. */
export interface CronState {
  /** The user that the task names, or who runs it. Undefined where there is no such user. */
  readonly user: Account | undefined
  readonly access: AccessState
  /** The crontab of the user, where the task is about that. */
  readonly table: CronTable | undefined
  /** The file, where the task names one. */
  readonly file: TextFile | undefined
}

/** The crontab of a user. */
export interface CronTable {
  /** Undefined where there is none. */
  readonly text: string | undefined
  /** Whether the host has the command crontab. */
  readonly tool: boolean
}

export function probeCron({ user, cronFile }: CronArgs): Probe<CronState> {
  return askAll<CronState>({
    user: ask(account, user === undefined ? SELF.user : `user:${user}`),
    access: probeAccess({}),
    table:
      cronFile === undefined
        ? askAll({ text: ask(crontab, user ?? ''), tool: ask(crontabTool, '') })
        : known(undefined),
    file: cronFile === undefined ? known(undefined) : probeTextFile(cronFile),
  })
}
