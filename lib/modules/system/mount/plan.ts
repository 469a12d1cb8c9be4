import type { Change } from '../../../core/change.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { sameAccounts } from '../../shared/access.ts'
import { entries } from '../../shared/entries.ts'
import { planInstall } from '../../shared/install.ts'
import { stat } from '../../shared/stat.ts'
import { installStateOf, sameTextFile } from '../../shared/text-file.ts'
import type { MountValues } from './args.ts'
import { assertPossible } from './assert-possible.ts'
import { flagsOf, isBind, optionsOf } from './options.ts'
import { type Mounted, NOTHING, mounted, mountedKey } from './reader.ts'
import { type MountState, askedOf, isLive } from './state.ts'
import { type Work, currentEntry, workOf } from './work.ts'

export function planMount(given: MountValues, state: MountState): Plan {
  const work = workOf(given, state)
  assertPossible(given, state, work)
  const fstab = fstabPlan(work, state)
  const changes = [...liveChanges(given, state, work), ...fstab.changes]
  if (changes.length === 0) return { changes, because: because(given, state) }
  return { changes, leaves: [...liveLeaves(given, state, work), ...fstabLeaves(given, state, fstab)] }
}

function because({ state, path, src, fstab }: MountValues, { live }: MountState): string {
  if (state === 'present') return `already in ${fstab}`
  if (state === 'absentFromFstab' || live === undefined) return `not in ${fstab}`
  return live.count === 0 ? `nothing is mounted on ${path}` : `already ${src} on ${path}`
}

const fstabPlan = ({ fstab: install }: Work, { fstab: file, access }: MountState): Plan =>
  install === undefined || file === undefined
    ? { changes: [] }
    : planInstall(install, installStateOf(file, access))

function liveChanges(given: MountValues, state: MountState, work: Work): Change[] {
  const { src, opts = 'defaults' } = given
  const { other } = state.live ?? NOTHING
  const entry = currentEntry(given, state)
  const from = given.state === 'mounted' && entry?.opts !== opts ? entry?.opts : undefined
  const changes: (Change | false)[] = [
    work.make && { what: 'mount point', from: 'absent', to: 'directory' },
    work.mount && { what: 'mounted', from: other ?? 'nothing', to: src },
    work.unmount > 0 && !work.mount && { what: 'mounted', from: other, to: 'nothing' },
    work.remount &&
      (given.state === 'remounted'
        ? { what: 'remounts', to: given.opts === undefined ? 'now' : `now, with ${opts}` }
        : { what: 'options', from, to: opts }),
    work.remove && { what: 'mount point', from: 'directory', to: 'absent' },
  ]
  return changes.flatMap((change) => (change === false ? [] : [change]))
}

function liveLeaves(given: MountValues, state: MountState, work: Work): Prediction[] {
  if (!isLive(given)) return []
  const { path, src = '' } = given
  const { above, source } = state
  const changes = work.mount || work.unmount > 0 || work.make || work.remove
  return [
    ...(isCertain(given)
      ? [predict(mounted, mountedKey(askedOf(given)), mountedAfter(given, state, work))]
      : []),
    ...(changes ? rootOf(given, state, work) : [predict(stat, path, state.point)]),
    ...(work.remove ? [predict(stat, path, { type: 'absent' })] : []),
    ...(given.state === 'absent' && work.remove ? [predict(entries, path, 0)] : []),
    ...above.flatMap((folder) =>
      folder.stat.type === 'absent' && work.make ? [] : [predict(stat, folder.path, folder.stat)],
    ),
    ...(source === undefined || src === path || src.startsWith(`${path}/`)
      ? []
      : [predict(stat, src, source)]),
    ...sameAccounts(state.access),
  ]
}

/** What is mounted has an owner and a mode of its own: known of a directory that is mounted on another one. */
function rootOf({ path, opts = '' }: MountValues, { source }: MountState, work: Work): Prediction[] {
  const known = work.mount && isBind(opts) && source !== undefined && source.type !== 'link'
  return known ? [predict(stat, path, source)] : []
}

/** With rbind come mounts below. */
const isCertain = ({ opts = '' }: MountValues): boolean => !optionsOf(opts).includes('rbind')

function mountedAfter(given: MountValues, { live = NOTHING }: MountState, work: Work): Mounted {
  const { flags } = live
  const wanted = { ...flags, ...flagsOf(askedOf(given).opts) }
  if (work.mount) return { ...NOTHING, count: 1, flags: wanted }
  if (work.unmount > 0) return NOTHING
  return work.remount ? { ...live, flags: wanted } : live
}

function fstabLeaves(given: MountValues, { fstab, access }: MountState, plan: Plan): readonly Prediction[] {
  if (fstab === undefined) return []
  return plan.leaves ?? sameTextFile(given.fstab, fstab, access)
}
