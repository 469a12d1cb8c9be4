import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type Account, SELF, account } from '../../shared/account.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
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
  readonly file: CronFile | undefined
}

/** The crontab of a user. */
export interface CronTable {
  /** Undefined where there is none. */
  readonly text: string | undefined
  /** Whether the host has the command crontab. */
  readonly tool: boolean
}

/** A file with jobs, and where it lies. */
export interface CronFile {
  readonly here: Stat
  /** Undefined where there is no regular file. */
  readonly text: string | undefined
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
}

export function probeCron({ user, cronFile }: CronArgs): Probe<CronState> {
  return askAll<CronState>({
    user: ask(account, user === undefined ? SELF.user : `user:${user}`),
    access: probeAccess({}),
    table:
      cronFile === undefined
        ? askAll({ text: ask(crontab, user ?? ''), tool: ask(crontabTool, '') })
        : known(undefined),
    file: cronFile === undefined ? known(undefined) : probeCronFile(cronFile),
  })
}

const probeCronFile = (path: string): Probe<CronFile> =>
  askAll({
    here: ask(stat, path),
    text: ask(readBody, path),
    folder: ask(stat, folderOf(path)),
    above: probeFolders(path),
  })
