import { UserError } from '../../../core/errors.ts'
import type { FileArgs } from '../../files/file/args.ts'
import type { FileState } from '../../files/file/state.ts'
import { SELF } from '../../shared/account.ts'
import type { Install, InstallState } from '../../shared/install.ts'
import { type Payload, contentPayload } from '../../shared/payload.ts'
import { type TextFile, installStateOf, textPayload } from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import type { CronArgs } from './args.ts'
import { editCron } from './edit.ts'
import type { CronState, CronTable } from './state.ts'

/** What is to be done to the crontab of a user, or to a file. */
export type CronWork =
  | {
      readonly kind: 'table'
      readonly now: string | undefined
      readonly payload: Payload
      readonly text: string
    }
  | { readonly kind: 'install'; readonly args: Install; readonly state: InstallState }
  | {
      readonly kind: 'remove'
      readonly args: FileArgs
      readonly state: FileState
      /** An empty file, whose old content is kept, before it goes. */
      readonly emptied: { readonly args: Install; readonly state: InstallState } | undefined
    }

/** @returns why there is nothing to do, where that is so */
export function workOf(args: CronArgs, state: CronState): CronWork | string {
  const { user, table, file } = state
  if (user === undefined && args.state !== 'absent')
    throw new UserError('E_NO_ACCOUNT', `there is no user ${args.user} on the host`, {
      hint: `Create it in an earlier task: user('${args.user}', { name: '${args.user}' })`,
    })
  if (table !== undefined) return tableWork(args, table)
  return file === undefined ? 'nothing to do' : fileWork(args, file, state)
}

function tableWork(args: CronArgs, { text: now, tool }: CronTable): CronWork | string {
  const text = editCron(now ?? '', args)
  if (text === (now ?? '')) return now === undefined ? 'there is no crontab' : 'the crontab is as wanted'
  if (!tool)
    throw new UserError('E_NO_CRONTAB', 'the host has no command crontab', {
      hint: 'Install it in an earlier task: the package is cron on Debian, cronie on RHEL.',
    })
  return { kind: 'table', now, text, payload: textPayload('the crontab', text) }
}

function fileWork(args: CronArgs, file: TextFile, { access }: CronState): CronWork | string {
  const { cronFile: dest = '', backup } = args
  const { here, text: now = '', above } = file
  assertRegular(dest, here)
  const text = editCron(now, args)
  if (here.type === 'absent' && text === '') return `there is no ${dest}`
  if (here.type === 'file' && text === now) return `${dest} is as wanted`
  const state = installStateOf(file, access)
  if (args.state !== 'absent' || text.trim() !== '')
    return { kind: 'install', args: { dest, backup, payload: textPayload(dest, text) }, state }
  return {
    kind: 'remove',
    args: { path: dest, state: 'absent' },
    state: { here, above, access, entries: 0 },
    emptied: backup === true ? { args: { dest, backup, payload: contentPayload('') }, state } : undefined,
  }
}

/** Whose crontab it is, by name. */
export const ownerOf = ({ user }: CronArgs, { access }: CronState): string =>
  user ?? access.accounts[SELF.user]?.name ?? ''
