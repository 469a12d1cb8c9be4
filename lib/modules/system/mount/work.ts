import { type Install, planInstall } from '../../shared/install.ts'
import { isGuarded } from '../../files/file/protected-paths.ts'
import { installStateOf, textPayload } from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import type { MountValues } from './args.ts'
import { type Entry, type Which, editFstab, entryOf } from './fstab.ts'
import { type MountFlags, changeableOptions, flagsOf, withBoot } from './options.ts'
import { type Mounted, NOTHING } from './reader.ts'
import { type MountState, isMounting } from './state.ts'

/** What there is to do. */
export interface Work {
  /** How many file systems are unmounted first. */
  readonly unmount: number
  readonly mount: boolean
  readonly remount: boolean
  /** Make the mount point. */
  readonly make: boolean
  /** Remove it. */
  readonly remove: boolean
  /** The file fstab, where it changes. */
  readonly fstab: Install | undefined
}

export function workOf(given: MountValues, state: MountState): Work {
  const { live = NOTHING } = state
  const fstab = fstabWork(given, state)
  const gone = given.state === 'unmounted' || given.state === 'absent'
  const mount = isMounting(given) && (live.count === 0 || live.other !== undefined)
  const unmount = gone || mount ? live.count : 0
  const removes = given.state === 'absent' && (unmount > 0 || fstab !== undefined)
  return {
    unmount,
    mount,
    remount: given.state === 'remounted' || (isMounting(given) && !mount && hasOtherOptions(given, state)),
    make: mount && state.point.type === 'absent',
    remove: removes && state.point.type === 'directory' && !isGuarded(given.path),
    fstab,
  }
}

/** The flags that are not as asked for, or options in fstab that it was not mounted with. */
function hasOtherOptions(given: MountValues, state: MountState): boolean {
  const { opts = 'defaults' } = given
  if (!sameFlags(flagsOf(opts), state.live ?? NOTHING)) return true
  if (given.state !== 'mounted') return false
  const entry = currentEntry(given, state)
  return changeableOptions(entry?.opts ?? '').join() !== changeableOptions(opts).join()
}

export const sameFlags = (wanted: MountFlags, { flags }: Mounted): boolean =>
  Object.entries(wanted).every(([name, value]) => flags[name as keyof MountFlags] === value)

const whichOf = ({ path, src }: MountValues): Which => ({ path, src })

/** What fstab says now. */
export const currentEntry = (given: MountValues, { fstab }: MountState): Entry | undefined =>
  entryOf(fstab?.text ?? '', whichOf(given))

/** What fstab is to say. */
function wantedEntry(given: MountValues): Entry | undefined {
  const { state, path, src = '', fstype = '', opts = 'defaults', dump = 0, passno = 0, boot = true } = given
  if (state === 'absent' || state === 'absentFromFstab') return undefined
  return { src, path, fstype, opts: withBoot(opts, boot), dump: String(dump), passno: String(passno) }
}

function fstabWork(given: MountValues, { fstab: file, access }: MountState): Install | undefined {
  if (file === undefined) return undefined
  const { fstab: dest, backup } = given
  assertRegular(dest, file.here)
  const wanted = wantedEntry(given)
  if (wanted === undefined && file.here.type === 'absent') return undefined
  const text = editFstab(file.text ?? '', whichOf(given), wanted)
  const install = { dest, backup, payload: textPayload(dest, text) }
  const { changes } = planInstall(install, installStateOf(file, access))
  return changes.length === 0 ? undefined : install
}
