import { sh } from '../../../core/sh.ts'

/** Seconds that another package manager is waited for. Upgrades of the night may take that long. */
export const LOCK_WAIT = 15 * 60

/** The files that each manager locks. */
const LOCKS = {
  apt: '/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock',
  apk: '/lib/apk/db/lock /usr/lib/apk/db/lock',
  dnf: '/var/lib/rpm/.rpm.lock /usr/lib/sysimage/rpm/.rpm.lock /run/dnf/rpmtransaction.lock',
}

/**
 * POSIX sh: `patiently COMMAND…` runs a package manager, and again as long as another one holds a lock. It says who that is, by name and
 * number, and at the end of its patience it fails with that. A dpkg that was interrupted is finished first, as apt insists on.
 */
export const patience = (manager: keyof typeof LOCKS, seconds: number): string =>
  `locks='${LOCKS[manager]}' limit=${seconds} waited=0 told=\n${PROGRAM}`

// Messages are in English: LC_ALL is C. /proc/locks has the inode of each locked file and the process; the file is looked for among
// what that process has open, because inodes of two file systems may be the same.
const PROGRAM = sh`
holders() {
  for lock in $locks; do
    inode=$(stat -c %i "$lock" 2>/dev/null) || continue
    for pid in $(awk -v inode="$inode" '$2 != "->" { n = split($6, part, ":"); if (part[n] == inode) print $5 }' /proc/locks 2>/dev/null); do
      case $(ls -l "/proc/$pid/fd" 2>/dev/null) in
        *" -> $lock"*) echo "$(cat "/proc/$pid/comm") (process $pid), which holds $lock" ;;
      esac
    done
  done | sort -u | head -n 1
}
patiently() {
  while :; do
    said=$("$@" </dev/null 2>&1) && code=0 || code=$?
    case $code:$said in
      0:*)
        printf '%s\\n' "$said"
        return 0
        ;;
      *'dpkg was interrupted'*)
        [ -z "\${mended-}" ] || break
        mended=yes
        echo 'dpkg was interrupted: finishing its work' >&2
        (patiently dpkg --force-confdef --force-confold --configure -a) || return
        continue
        ;;
      *[Cc]'ould not get lock'* | *[Uu]'nable to lock '* | *'nable to acquire the dpkg'* | *'locked by another process'* | *'used by another process'* | *'transaction lock'*) ;;
      *) break ;;
    esac
    who=$(holders)
    if [ -z "$who" ]; then who=$(printf '%s\\n' "$said" | grep -i -m 1 lock); fi
    if [ "$waited" -ge "$limit" ]; then
      printf '%s\\n' "$said"
      echo "gave up after $waited s of waiting for $who" >&2
      return "$code"
    fi
    [ "$who" = "$told" ] || echo "waiting for $who" >&2
    told=$who
    sleep 1
    waited=$((waited + 1))
  done
  printf '%s\\n' "$said" >&2
  return "$code"
}`
