import type { Question } from '../../../core/probe.ts'
import { type SudoersVerdict, sudoersCheck } from '../sudoers/reader.ts'
import { type AccountTools, accountTools } from './account-tools.ts'
import { crontab, crontabTool } from './crontab.ts'
import { isSshFile } from './ssh-file/reader.ts'
import { takenIds } from './taken-ids.ts'
import { userEntry } from './user-entry.ts'

/**
 * Whether the installation of packages leaves an answer about accounts as it is, by convention: users that are there stay as
 * they are, and so do the tools and the crontabs of users. The numbers that packages take for users of their own do not matter for others.
 */
export function accountsSurviveInstall({ reader }: Question, answer: unknown): boolean {
  if (reader === userEntry) return answer !== undefined
  if (reader === accountTools) return (answer as AccountTools).kind !== 'none'
  if (isSshFile(reader)) return answer !== 'no user'
  if (reader === sudoersCheck) return (answer as SudoersVerdict).kind !== 'no visudo'
  if (reader === crontabTool) return answer === true
  return reader === takenIds || reader === crontab
}
