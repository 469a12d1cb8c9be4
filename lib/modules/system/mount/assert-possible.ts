import { posix } from 'node:path'
import { UserError } from '../../../core/errors.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import type { MountValues } from './args.ts'
import { isBind, optionsOf } from './options.ts'
import { NOTHING } from './reader.ts'
import { type MountState, isLive } from './state.ts'
import type { Work } from './work.ts'

/** @throws UserError when it cannot be done, as far as that can be known before */
export function assertPossible(given: MountValues, state: MountState, work: Work): void {
  if (!isLive(given)) return
  const { path } = given
  const { live = NOTHING } = state
  assertNoLink(path, state)
  if (given.state === 'remounted' && live.count === 0)
    throw new UserError('E_NOT_MOUNTED', `nothing is mounted on ${path}`, {
      hint: 'Mount it in an earlier task, with state: mounted or ephemeral.',
    })
  if (given.state === 'ephemeral' && live.other !== undefined)
    throw new UserError('E_OTHER_MOUNT', `${live.other} is mounted on ${path}, not ${given.src}`, {
      hint: 'Unmount it in an earlier task, with state: unmounted, or use another path.',
    })
  const [below] = live.below
  if (work.unmount > 0 && below !== undefined)
    throw new UserError('E_MOUNTS_BELOW', `${path} cannot be unmounted: something is mounted on ${below}`, {
      hint: `Unmount ${below} in an earlier task.`,
    })
  if (work.remove && work.unmount === 0 && state.entries > 0)
    throw new UserError('E_NOT_EMPTY', `the mount point ${path} is not empty`, {
      hint: 'Remove what is in it yourself, or use state: absentFromFstab.',
    })
  if (work.mount) assertMountable(given, state)
}

/** The kernel shows mounts by paths without links. */
function assertNoLink(path: string, { point, above }: MountState): void {
  const link = [...above, { path, stat: point }].find(({ stat }) => stat.type === 'link')
  if (link === undefined) return
  const target = posix.resolve(folderOf(link.path), link.stat.target ?? '')
  throw new UserError('E_OTHER_KIND', `${link.path} is a link to ${link.stat.target}`, {
    hint: `Use the path without links: ${target}${path.slice(link.path.length)}`,
  })
}

function assertMountable(given: MountValues, state: MountState): void {
  const { path, src = '', opts = '' } = given
  const { point, above, access, source, live = NOTHING } = state
  // A mount over it would be made where somebody else says.
  assertSafe(`${path}/x`, [...above, { path, stat: point }], access)
  const bind = isBind(opts)
  const mustExist = bind || src.startsWith('/dev/') || optionsOf(opts).includes('loop')
  if (mustExist && source?.type === 'absent')
    throw new UserError('E_NO_DEVICE', `${src} does not exist`, {
      hint: bind ? 'Create it in an earlier task.' : 'Compare with the output of lsblk on the host.',
    })
  if (live.count > 0) return
  if (bind && source?.type === 'file' && point.type === 'absent')
    throw new UserError('E_NO_FILE', `${path} does not exist, and ${src} is a file`, {
      hint: `Create a file to mount it on: file('mount point', { path: '${path}', state: 'file' })`,
    })
  const isFile = point.type === 'file'
  if (point.type === 'absent' || (isFile ? bind && source?.type !== 'directory' : point.type === 'directory'))
    return
  throw new UserError('E_OTHER_KIND', `${path} is not a directory`, { hint: 'Use another mount point.' })
}
