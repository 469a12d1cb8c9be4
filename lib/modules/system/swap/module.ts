import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'
import { bytes } from '../../shared/byte-size.ts'
import { applyKeptText, planKeptText } from '../../shared/kept-text.ts'
import { assertFolder, folderOf } from '../../shared/parent-folders.ts'
import { assertSafe, sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import { MEBIBYTE, type SwapArgs, type SwapValues, args } from './args.ts'
import { editSwap } from './fstab.ts'
import { swapArea, swaps } from './reader.ts'
import { type SwapState, probeSwap } from './state.ts'
import { type SwapWork, workOf } from './work.ts'

/**
 * A swap file: made, in use now, and in `/etc/fstab` for the next boot. Needs mkswap, swapon and swapoff, of util-linux or of BusyBox.
 *
 * Ansible has no module for this; its users run these commands with `creates`, so that another size changes nothing. Here, a swap file of another size
 * is turned off and made anew, for which the memory must have room; only root can read it; options of an entry of
 * fstab stay, but for `pri=`; and a file that is no swap is an error. A swap partition is a line of fstab that `mount` manages, with
 * `path: 'none'`.
 *
 * @dryRun Looks at the file, `/proc/swaps` and fstab; shows the diff of fstab. Whether there is room on the disk or in the
 * memory is found in the run. Later tasks see the file and the new fstab; that it is in use is foretold unless it would be
 * turned on without a `priority`. `facts.memory` and `facts.disks` are unknown after it.
 *
 * @throws UserError E_NOT_SWAP
 *
 * @example
 * swap('swap', { path: '/swapfile', size: '2g' })
 *
 * @example
 * return [sysctl('swap late', { name: 'vm.swappiness', value: 10 }), swap('no swap', { path: '/swapfile', state: 'absent' })]
 */
export const swap: Module<SwapArgs, SwapState> = defineModule({
  name: 'swap',
  args,
  probe: probeSwap,
  plan,
  apply,
  touches: ({ path, fstab }): readonly Resource[] => [
    paths.at(path),
    paths.at(fstab),
    swaps.all,
    ...['/proc/swaps', '/proc/meminfo'].map(paths.at),
  ],
})

function plan(given: SwapValues, state: SwapState): Plan {
  const { path, fstab, state: wanted = 'present' } = given
  if (wanted === 'present') assertFolder(folderOf(path), state.folder)
  assertSafe(path, state.above, state.fstab.access)
  const { changes, ...work } = workOf(given, state)
  const kept = planKeptText(fstab, state.fstab, (text) => editSwap(text, given))
  const all = [...changes, ...kept.changes]
  if (all.length === 0)
    return { changes: all, because: wanted === 'absent' ? 'already absent' : 'already in use' }
  return { changes: all, leaves: [...(kept.leaves ?? []), ...leaves(given, state, work)] }
}

function leaves(given: SwapValues, state: SwapState, work: Omit<SwapWork, 'changes'>): Prediction[] {
  const { path, size = 0, priority } = given
  const { here, area } = state
  const gone = given.state === 'absent'
  const root = { mode: '0600', owner: 'root', uid: 0, group: 'root', gid: 0 }
  const file = gone
    ? { type: 'absent' as const }
    : { ...here, type: 'file' as const, ...root, size: bytes(size) }
  return [
    predict(stat, path, file),
    predict(stat, folderOf(path), state.folder),
    ...sameFolders(state.above),
    // Which priority the kernel gives is not known before.
    ...(work.on && priority === undefined
      ? []
      : [
          predict(swapArea, path, {
            signed: !gone,
            active: !gone,
            priority: gone ? undefined : (priority ?? area.priority),
          }),
        ]),
  ]
}

// The entry of fstab last: a file that the kernel refuses does not come back at each boot.
function apply(given: SwapValues, state: SwapState): ShellStep[] {
  const script = scriptOf(given, workOf(given, state))
  return [
    ...(script === undefined ? [] : [{ script, explains: true }]),
    ...applyKeptText(given.fstab, state.fstab, (text) => editSwap(text, given)),
  ]
}

function scriptOf({ path, size = 0, priority }: SwapValues, work: SwapWork): string | undefined {
  if (work.changes.length === 0) return undefined
  const flags = priority === undefined ? '' : `-p ${priority} `
  return [
    'set -eu',
    'PATH=$PATH:/usr/sbin:/sbin',
    ...(work.off ? [sh`swapoff ${path}`] : []),
    ...(work.remove || work.make ? [sh`rm -f -- ${path}`] : []),
    ...(work.make ? making(path, bytes(size) / MEBIBYTE) : []),
    ...(work.protect ? [sh`chown 0:0 ${path}`, sh`chmod 0600 ${path}`] : []),
    ...(work.on ? [sh`swapon ${raw(flags)}${path}`] : []),
  ].join('\n')
}

// Written and not only reserved: the kernel takes no file with holes, and not every file system reserves without them.
const making = (path: string, mebibytes: number): string[] => [
  sh`new=${path}.run-playbook`,
  'rm -f -- "$new"',
  `trap 'rm -f -- "$new"' EXIT`,
  `trap 'exit 1' HUP INT TERM`,
  'umask 077',
  ': >"$new"',
  // Btrfs swaps only to files that it does not copy on a write.
  'chattr +C "$new" 2>/dev/null || :',
  `said=$(dd if=/dev/zero of="$new" bs=${MEBIBYTE} count=${mebibytes} 2>&1) || { printf '%s\\n' "$said" | head -n 1 >&2; exit 1; }`,
  'chown 0:0 "$new"',
  'mkswap "$new" >/dev/null',
  'sync',
  sh`mv -f -- "$new" ${path}`,
]
