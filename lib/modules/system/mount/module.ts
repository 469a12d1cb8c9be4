import { type Certain, type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { type MountArgs, type MountValues, args } from './args.ts'
import { applyMount } from './apply.ts'
import { flagsOf } from './options.ts'
import { planMount } from './plan.ts'
import { mounts } from '../../shared/mounts.ts'
import { NOTHING } from './reader.ts'
import { type MountState, isLive, isOfFstab, missingFolders, probeMount } from './state.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { stat } from '../../shared/stat.ts'
import { sameFlags, workOf } from './work.ts'

/**
 * A mount: now, and in `/etc/fstab` for the next boot. Needs the commands mount and umount, of util-linux or of BusyBox.
 *
 * As in Ansible, `mounted` creates a missing mount point, changed options are taken over by a remount, or by mounting anew where
 * that does not do, and `absent` removes the mount point, which must be empty. Unlike in Ansible, fstab is written only after
 * the mount has worked; another source on the path is noticed, and replaced with `mounted`; so are flags such as `ro` or `noexec`
 * that were changed by hand; `ephemeral` changes nothing where all is as wanted; `absent` also unmounts what is not in fstab, and
 * leaves system paths such as `/mnt`; `unmounted` unmounts all that lie over each other; several entries of one mount point become
 * one; and systemd is told of the new fstab. `opts_no_log` is not available: keep passwords out of `opts`.
 *
 * @dryRun Reads what is mounted and fstab, and shows the diff of fstab. Nothing is mounted: a wrong option, or a server that
 * does not answer, is found in the run. `remounted` would change each time. Later tasks know what is mounted, except with
 * `rbind`, and the new fstab; what lies below `path` is unknown to them after a mount or unmount.
 *
 * @throws UserError E_NO_DEVICE, E_OTHER_MOUNT, E_NOT_MOUNTED, E_MOUNTS_BELOW, E_NOT_EMPTY
 *
 * @example
 * mount('data', { path: '/srv/data', src: 'UUID=b3e48f45-f933-4c8e-a700-22a159ec9077', fstype: 'ext4', opts: 'noatime', passno: 2, state: 'mounted' })
 *
 * @example
 * mount('uploads of the site', { path: '/srv/www/uploads', src: '/srv/data/uploads', fstype: 'none', opts: 'bind', state: 'mounted' })
 *
 * @example
 * // A share whose password is in a file on the host.
 * mount('share', {
 *   path: '/srv/share',
 *   src: '//files.example.org/share',
 *   fstype: 'cifs',
 *   opts: 'credentials=/root/.smb,_netdev,nofail',
 *   state: 'mounted',
 * })
 */
export const mount: Module<MountArgs, MountState> = defineModule({
  name: 'mount',
  args,
  probe: probeMount,
  plan: planMount,
  apply: applyMount,
  verify: (given, _before, after) => {
    if (given.state !== 'remounted') return planMount(given, after).changes
    const { opts = '' } = given
    const { live = NOTHING } = after
    return sameFlags(flagsOf(opts), live) ? [] : [{ what: 'options', to: opts }]
  },
  touches,
})

function touches(given: MountValues, state: MountState | undefined, certain: Certain): readonly Resource[] {
  const { path, fstab } = given
  const work = state === undefined ? undefined : workOf(given, state)
  const moves = work === undefined || work.mount || work.unmount > 0 || work.make || work.remove
  const live = isLive(given) && (moves || work.remount)
  const made = state === undefined ? uncertain(path, certain) : missingFolders(state)
  return [
    ...(live ? [mounts.below(path)] : []),
    ...(live && moves ? [paths.below(path), ...made.map(paths.at)] : []),
    ...(isOfFstab(given) && (work === undefined || work.fstab !== undefined) ? [paths.at(fstab)] : []),
  ]
}

/** Folders that may have to be made. */
const uncertain = (path: string, certain: Certain): readonly string[] =>
  ancestors(path).filter((above) => certain({ reader: stat, key: above })?.type !== 'directory')
