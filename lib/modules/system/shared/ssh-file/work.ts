import { UserError } from '../../../../core/errors.ts'
import type { Plan } from '../../../../core/module.ts'
import type { FileArgs } from '../../../files/file/args.ts'
import { planFile } from '../../../files/file/plan.ts'
import type { FileState } from '../../../files/file/state.ts'
import type { AccessState } from '../../../shared/access.ts'
import type { Account } from '../../../shared/account.ts'
import { type Install, type InstallState, planInstall } from '../../../shared/install.ts'
import { assertFolder, folderOf } from '../../../shared/parent-folders.ts'
import { contentPayload } from '../../../shared/payload.ts'
import type { Stat } from '../../../shared/stat.ts'
import { BODY_LIMIT } from '../../../shared/text.ts'
import type { SshFileArgs, SshFilePlace, SshFileState } from './state.ts'

/** What is to be done: first the folder, then the file. */
export interface SshFileWork {
  /** `.ssh` of the user's home folder; undefined where it is left as it is. */
  readonly folder: { readonly args: FileArgs; readonly state: FileState; readonly plan: Plan } | undefined
  readonly file: { readonly args: Install; readonly state: InstallState; readonly plan: Plan }
}

/** What the file is to be. */
export interface WantedSshFile extends SshFileArgs {
  /** The text that it is to hold, of the one that it holds. */
  readonly edit: (text: string) => string
  /** A file and a folder that are there keep their mode and owner. @default they become those of the user alone */
  readonly keepsAccess?: boolean
}

/** @returns why there is nothing to do, where there is no file for it */
export function workOf(wanted: WantedSshFile, { user, file, access }: SshFileState): SshFileWork | string {
  const absent = wanted.state === 'absent'
  if (user === undefined && wanted.user !== undefined && !absent)
    throw new UserError('E_NO_ACCOUNT', `there is no user ${wanted.user} on the host`, {
      hint: `Create it in an earlier task: user('${wanted.user}', { name: '${wanted.user}' })`,
    })
  if (file === undefined) return `there is no user ${wanted.user}`
  if (absent && file.here.type === 'absent') return `there is no ${file.path}`
  assertRegular(file.path, file.here)
  const owned = wanted.path === undefined && !absent && user !== undefined && file.group !== undefined
  if (!owned) return { folder: undefined, file: fileWork(wanted, file, {}, access) }
  return ownWork(wanted, file, { user, group: file.group }, access)
}

/** In the user's home folder all of it belongs to the user. */
function ownWork(
  wanted: WantedSshFile,
  file: SshFilePlace,
  { user, group }: { readonly user: Account; readonly group: Account },
  { accounts }: AccessState,
): SshFileWork {
  const access = { accounts: { ...accounts, [`user:${user.id}`]: user, [`group:${group.id}`]: group } }
  const owner = { owner: user.id, group: group.id }
  const path = folderOf(file.path)
  const home = file.above.at(-2)
  if (home?.stat.type === 'absent') assertFolder(home.path, home.stat)
  assertNoLink(path, file.folder)
  const keeps = (is: Stat): boolean => wanted.keepsAccess === true && is.type !== 'absent'
  const folder = { mode: '0700', ...owner }
  const args: FileArgs = { path, state: 'directory', ...(keeps(file.folder) ? {} : folder) }
  const state = { here: file.folder, above: file.above.slice(0, -1), access, entries: 0 }
  const plan = planFile(args, state)
  const names = { owner: user.name, uid: user.id, group: group.name, gid: group.id }
  const made: Stat = keeps(file.folder) ? file.folder : { type: 'directory', mode: '0700', ...names }
  const place = { ...file, folder: made, above: file.above.with(-1, { path, stat: made }) }
  return {
    folder: plan.changes.length === 0 ? undefined : { args, state, plan },
    file: fileWork(wanted, place, keeps(file.here) ? {} : { mode: '0600', ...owner }, access),
  }
}

function fileWork(
  wanted: WantedSshFile,
  { path, here, text, folder, above }: SshFilePlace,
  given: Pick<Install, 'mode' | 'owner' | 'group'>,
  access: AccessState,
): SshFileWork['file'] {
  const payload = contentPayload(wanted.edit(text ?? ''))
  if (payload.size > BODY_LIMIT)
    throw new UserError('E_NOT_TEXT', `${path} would be longer than ${BODY_LIMIT} bytes`, {
      hint: 'Write a file of that size with copy().',
    })
  const args = { dest: path, payload, ...given }
  const sha256 = text === undefined ? undefined : contentPayload(text).sha256
  const state = { here, sha256, folder, above, access }
  return { args, state, plan: planInstall(args, state) }
}

function assertRegular(path: string, here: Stat): void {
  assertNoLink(path, here)
  if (here.type === 'file' || here.type === 'absent') return
  throw new UserError('E_OTHER_KIND', `${path} is not a regular file`, { hint: 'Remove what is there.' })
}

// A user can make links in a home folder to what is not theirs to read or to change.
function assertNoLink(path: string, { type, target }: Stat): void {
  if (type !== 'link') return
  throw new UserError('E_UNSAFE_PATH', `${path} is a link to ${target}, which is not followed`, {
    hint: 'Remove the link, or name the file that it leads to: path.',
  })
}
