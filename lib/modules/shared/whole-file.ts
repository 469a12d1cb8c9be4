import { posix } from 'node:path'
import { UserError } from '../../core/errors.ts'
import type { Plan } from '../../core/module.ts'
import type { Probe } from '../../core/probe.ts'
import type { Secret } from '../../core/secret.ts'
import { type InstallState, planInstall, probeInstall } from './install.ts'
import { folderOf } from './parent-folders.ts'
import { contentPayload } from './payload.ts'
import type { Stat } from './stat.ts'

/**
 * Asks all that `planFile` needs: what is at a path, the hash of what it holds, the folders that it lies in, and who would
 * own a new file.
 *
 * @param path absolute path on the host
 *
 * @example
 * const probe = askAll({ config: probeFile('/etc/app.conf'), folder: ask(fileReaders.stat, '/srv/app') })
 */
export const probeFile = (path: string): Probe<InstallState> =>
  probeInstall({ dest: path, payload: contentPayload('') })

/**
 * What `replaceFile` with the same content changes, with a diff, and predictions of all that `fileReaders` answer afterwards:
 * text, hash, size, mode and owner. A secret is not shown.
 *
 * @param path absolute path on the host
 * @param content text, bytes, or a secret
 * @param state what `probeFile` found
 * @returns a plan of a module; its parts can be joined with those of other changes
 * @throws UserError E_NO_DIRECTORY where the folder is missing, E_NOT_A_DIRECTORY where it is something else, E_OTHER_KIND where
 *   the path is a link or a folder, E_UNSAFE_PATH where somebody else could put something in its place
 *
 * @example
 * export const motd = defineModule({
 *   name: 'motd',
 *   args: z.strictObject({ text: z.string() }),
 *   probe: () => probeFile('/etc/motd'),
 *   plan: ({ text }, state) => planFile('/etc/motd', text, state),
 *   apply: ({ text }) => [replaceFile('/etc/motd', text)],
 *   touches: () => [paths.at('/etc/motd')],
 * })
 */
export function planFile(path: string, content: string | Buffer | Secret, state: InstallState): Plan {
  assertRegular(path, state.here)
  return planInstall({ dest: path, payload: contentPayload(content) }, state)
}

/** @throws UserError unless there is a regular file, or nothing */
export function assertRegular(path: string, { type, target = '' }: Stat): void {
  if (type === 'file' || type === 'absent') return
  if (type === 'link')
    throw new UserError('E_OTHER_KIND', `${path} is a link to ${target}`, {
      hint: `Use the path of its target: ${posix.resolve(folderOf(path), target)}`,
    })
  throw new UserError(
    'E_OTHER_KIND',
    `${path} is ${type === 'directory' ? 'a directory' : 'no regular file'}`,
    { hint: 'Set path to the full path of a regular file.' },
  )
}
