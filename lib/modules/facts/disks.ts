import { paths } from '../../core/resource.ts'
import { mounts } from '../shared/mounts.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, matching } from './shared/lines.ts'

/** A mounted file system that can hold files; `proc`, `cgroup` and their like are left out. */
export interface Mount {
  /** `/dev/sda1`, `tmpfs`, `server:/export`. */
  readonly device: string
  /** Where it is mounted. */
  readonly path: string
  /** `ext4`, `xfs`, `tmpfs`, `nfs4` … */
  readonly filesystem: string
  /** `rw`, `noatime`, `size=1024k` … */
  readonly options: readonly string[]
  /** Bytes in all. Undefined where it did not answer, as a dead network mount does not. */
  readonly size: number | undefined
  /** Bytes that an ordinary user can still write, as of when it was asked. */
  readonly available: number | undefined
  /** Files that it can hold in all. 0 for those that have no such limit, such as btrfs. */
  readonly inodes: number | undefined
  readonly inodesFree: number | undefined
}

/** Seconds that a file system gets to say how large it is. */
const PATIENCE = 2

// %b of printf knows octal numbers as \0ddd, the kernel writes \ddd. A path with a line break is not worth the trouble.
const SCRIPT = `while read -r device path type options _; do
  case $type in
    proc|sysfs|devpts|devtmpfs|cgroup|cgroup2|securityfs|pstore|efivarfs|bpf|debugfs|tracefs|mqueue|hugetlbfs) continue ;;
    configfs|fusectl|fuse.gvfsd-fuse|fuse.portal|fuse.lxcfs|autofs|binfmt_misc|rpc_pipefs|nsfs|selinuxfs|ramfs|nfsd) continue ;;
    overlay) [ "$path" = / ] || continue ;;
  esac
  case $path in *\\\\012*) continue ;; esac
  place=$path
  case $path in *\\\\*) place=$(printf %s "$path" | sed 's/\\\\\\([0-7][0-7][0-7]\\)/\\\\0\\1/g') && place=$(printf %b "$place") ;; esac
  sizes=$(timeout -s KILL ${PATIENCE} stat -f -c '%S %b %a %c %d' "$place" 2>/dev/null)
  printf 'mount %s %s %s %s %s\\n' "$device" "$path" "$type" "$options" "$sizes"
done </proc/self/mounts
exit 0`

/**
 * The mounted file systems with their sizes in bytes, as the user of the task sees them. If several are mounted on the same
 * path, only the one on top is listed.
 *
 * @dryRun Asks the host in a dry run too, and is ok. Unknown after a `mount`, `swap` or `packages` task that would change; tasks
 * that are made from it are then unknown too.
 *
 * @example
 * const disks = facts.disks('disks')
 * return [
 *   disks,
 *   from(disks, (mounts) =>
 *     mounts
 *       .filter(({ path }) => path.startsWith('/srv/'))
 *       .map(({ path }) => shell(`trim ${path}`, { script: sh`fstrim -- ${path}` })),
 *   ),
 * ]
 */
export const disks: HostFact<readonly Mount[]> = hostFact({
  name: 'disks',
  script: SCRIPT,
  parse,
  sees: [paths.at('/proc/self/mounts'), paths.at('/etc/fstab'), mounts.all],
})

const LINE = /^(\S+) (\S+) ([\w.-]+) (\S+) (?:(\d+) (\d+) (\d+) (\d+) (\d+))?$/

function parse(lines: Lines): readonly Mount[] {
  const mounts = matching(
    lines.all('mount'),
    LINE,
    ([, device = '', path = '', filesystem = '', ...rest]) => {
      const [options = '', ...sizes] = rest
      const [block, size, available, inodes, inodesFree] = sizes.map((text) => number(text))
      const bytes = (blocks: number | undefined): number | undefined =>
        block === undefined || blocks === undefined ? undefined : block * blocks
      return {
        device: unescaped(device),
        path: unescaped(path),
        filesystem,
        options: options.split(',').map(unescaped),
        size: bytes(size),
        available: bytes(available),
        inodes,
        inodesFree,
      }
    },
  )
  return [...new Map(mounts.map((mount) => [mount.path, mount])).values()]
}

const number = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

/** The kernel writes blanks and backslashes as three octal digits. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  const bytes = text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return bytes
}
