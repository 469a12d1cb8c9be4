import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { entries } from '../../shared/entries.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { type TextFile, probeTextFile } from '../../shared/text-file.ts'
import type { MountValues } from './args.ts'
import { type Mounted, mounted, mountedKey } from './reader.ts'
import type { Asked } from './source.ts'

/** What is there of a mount. */
export interface MountState {
  /** What is mounted at the path. Undefined where that is of no interest. */
  readonly live: Mounted | undefined
  /** The mount point, and the folders that it lies in, the outermost first. */
  readonly point: Stat
  readonly above: readonly ParentFolder[]
  /** How much is in the mount point; 0 where it is not removed. */
  readonly entries: number
  /** What is at `src`, where that is a path. */
  readonly source: Stat | undefined
  /** The file fstab. Undefined where that is of no interest. */
  readonly fstab: TextFile | undefined
  readonly access: AccessState
}

const LIVE = new Set(['mounted', 'ephemeral', 'unmounted', 'absent', 'remounted'])
const OF_FSTAB = new Set(['mounted', 'present', 'absent', 'absentFromFstab'])

/** Whether what is mounted now matters. Swap is no mount. */
export const isLive = ({ state, path }: MountValues): boolean => LIVE.has(state) && path !== 'none'

export const isOfFstab = ({ state }: MountValues): boolean => OF_FSTAB.has(state)

/** Whether something is to be mounted. */
export const isMounting = ({ state }: MountValues): boolean => state === 'mounted' || state === 'ephemeral'

/** What the task wants to be mounted. Of what is to go, the source does not matter. */
export const askedOf = (given: MountValues): Asked => {
  const { path, src, fstype, opts = 'defaults' } = given
  if (isMounting(given)) return { path, src, fstype, opts }
  return { path, opts: given.state === 'remounted' ? opts : 'defaults' }
}

const ABSENT: Stat = { type: 'absent' }

export function probeMount(given: MountValues): Probe<MountState> {
  const { path, src, fstab, state } = given
  const live = isLive(given)
  return askAll<MountState>({
    live: live ? ask(mounted, mountedKey(askedOf(given))) : known(undefined),
    point: live ? ask(stat, path) : known(ABSENT),
    above: live ? probeFolders(path) : known([]),
    entries: live && state === 'absent' ? ask(entries, path) : known(0),
    source: isMounting(given) && src?.startsWith('/') === true ? ask(stat, src) : known(undefined),
    fstab: isOfFstab(given) ? probeTextFile(fstab) : known(undefined),
    access: probeAccess({}),
  })
}

/** Folders that are made on the way to the mount point. */
export const missingFolders = ({ above }: MountState): readonly string[] =>
  above.flatMap(({ path, stat: { type } }) => (type === 'absent' ? [path] : []))
