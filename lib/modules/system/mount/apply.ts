import type { ShellStep } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { place } from '../../shared/place.ts'
import { installStateOf } from '../../shared/text-file.ts'
import type { MountValues } from './args.ts'
import { changeableOptions, isBind, mountOptions, plainOptions, undoing } from './options.ts'
import { type MountState, missingFolders } from './state.ts'
import { type Work, currentEntry, workOf } from './work.ts'

// What is mounted comes first: an entry that cannot be mounted never gets into fstab, where it could stop the next boot.
export function applyMount(given: MountValues, state: MountState): ShellStep[] {
  const work = workOf(given, state)
  const { fstab } = work
  const live = liveCommands(given, state, work)
  return [
    ...(work.make ? [makePoint(given)] : []),
    ...(live.length === 0 ? [] : [{ script: [TRY, ...live].join('\n'), explains: true }]),
    ...(fstab === undefined || state.fstab === undefined
      ? []
      : applyInstall(fstab, installStateOf(state.fstab, state.access))),
    ...(fstab?.dest === '/etc/fstab' ? [{ script: RELOAD }] : []),
  ]
}

// mkdir does not follow a link that somebody may have put there.
const makePoint = ({ path }: MountValues): ShellStep => ({
  script: [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    ...place(path, true),
    'umask 022',
    `[ -d "$dest" ] && [ ! -L "$dest" ] || mkdir -- "$dest" || explain ${quote(path)}`,
  ].join('\n'),
  explains: true,
})

// systemd makes units of fstab, and goes by what it read of it.
const RELOAD = `[ ! -d /run/systemd/system ] || ! command -v systemctl >/dev/null || systemctl daemon-reload`

// The first line says what is wrong; a later one may name a manual.
const TRY = `set -eu
LC_ALL=C; export LC_ALL
cd /
case $(mount --version 2>/dev/null </dev/null) in *util-linux*) full=yes ;; *) full= ;; esac
try() {
  if said=$("$@" 2>&1 </dev/null); then return 0; fi
  printf '%s\\n' "$said" | head -n 1 >&2
  return 1
}`

function liveCommands(given: MountValues, state: MountState, work: Work): string[] {
  const { path } = given
  return [
    ...Array.from({ length: work.unmount }, () => sh`try umount ${path}`),
    ...(work.mount ? [`${mountCommands(given)} || { ${undo(given, state, work)}; exit 1; }`] : []),
    ...(work.remount ? [remountCommands(given, currentEntry(given, state)?.opts ?? '')] : []),
    ...(work.remove ? [sh`try rmdir ${path}`] : []),
  ]
}

/** What was made for it goes; what was mounted before comes back, as fstab still says. */
function undo({ path }: MountValues, state: MountState, { make, unmount }: Work): string {
  if (make) return sh`rmdir ${[...missingFolders(state), path].reverse()} 2>/dev/null || :`
  return unmount > 0 ? sh`mount ${path} >/dev/null 2>&1 </dev/null || :` : ':'
}

const opts = (full: string, plain: string): string =>
  full === plain
    ? quote(full)
    : `"$(if [ -n "$full" ]; then printf %s ${quote(full)}; else printf %s ${quote(plain)}; fi)"`

function mountCommands(given: MountValues): string {
  const { path, src = '', fstype = '', opts: given_ = 'defaults' } = given
  const command = `try mount -t ${quote(fstype.toLowerCase())} -o ${opts(mountOptions(given_), plainOptions(given_))} ${sh`${src} ${path}`}`
  // A bind mount gets its flags afterwards: the kernel, and with it the mount of BusyBox, does not take them at once.
  if (!isBind(given_) || changeableOptions(given_).length === 0) return command
  return `{ ${command} && { ${rebind(given)} || { umount ${quote(path)}; false; }; }; }`
}

const rebind = ({ path, opts: all = '' }: MountValues, before = ''): string =>
  sh`try mount -o ${['remount', 'bind', ...undoing(before, all), ...changeableOptions(all)].join(',')} ${path}`

function remountCommands(given: MountValues, before: string): string {
  const { path, state, src = '', fstype = '', opts: all } = given
  if (state === 'remounted')
    return sh`try mount -o ${all === undefined ? 'remount' : `remount,${all}`} ${path}`
  if (isBind(all ?? '')) return rebind(given, before)
  const given_ = all ?? 'defaults'
  const command = `try mount -t ${quote(fstype)} -o ${opts(`remount,${mountOptions(given_)}`, `remount,${plainOptions(given_)}`)} ${sh`${src} ${path}`}`
  // Some options cannot be changed while it is mounted.
  return `${command} || { ${sh`try umount ${path}`} && ${mountCommands(given)}; }`
}
