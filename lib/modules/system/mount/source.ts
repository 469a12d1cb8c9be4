import { type MountFlags, isBind } from './options.ts'

/** What a task wants to be mounted at a path. */
export interface Asked {
  readonly path: string
  readonly src?: string | undefined
  readonly fstype?: string | undefined
  readonly opts: string
}

/** One mount, as the kernel shows it. */
export interface Line {
  /** Major and minor number, in decimal. */
  readonly device: string
  /** What of the file system is mounted. */
  readonly root: string
  readonly path: string
  readonly options: readonly string[]
  readonly fstype: string
  readonly source: string
  /** Options of the file system as a whole. */
  readonly whole: readonly string[]
}

/** What the host says of the source. */
export interface Source {
  /** Major and minor number of the device that it is or names, in decimal. */
  readonly device?: string | undefined
  /** Whether the mount point is the same file or directory. */
  readonly inode?: boolean | undefined
  /** Whether what is mounted is a loop device of this file. */
  readonly loop?: boolean | undefined
}

/** Their source is a mere word. */
const PSEUDO = new Set(
  'tmpfs ramfs proc sysfs devpts devtmpfs cgroup cgroup2 debugfs tracefs securityfs configfs hugetlbfs mqueue bpf efivarfs binfmt_misc overlay'.split(
    ' ',
  ),
)

/** They have no device of their own, and one of several devices as their source. */
const OF_MANY_DEVICES = new Set(['btrfs', 'bcachefs'])

const NETWORK: Readonly<Record<string, string>> = { nfs: 'nfs', nfs4: 'nfs', cifs: 'cifs', smb3: 'cifs' }

/** Whether what is mounted is what is asked for. What cannot be told is taken for the same, so that it stays mounted. */
export function isSame({ src, fstype = '', opts }: Asked, line: Line, source: Source): boolean {
  if (src === undefined) return true
  if (isBind(opts)) return source.inode ?? true
  if (source.device !== undefined)
    return source.device === line.device || OF_MANY_DEVICES.has(line.fstype) || line.fstype === 'autofs'
  if (source.loop !== undefined) return source.loop
  if (PSEUDO.has(fstype)) return line.fstype === fstype
  const network = NETWORK[fstype]
  if (network === undefined) return true
  return NETWORK[line.fstype] === network && shared(line.source) === shared(src)
}

const shared = (source: string): string => source.replaceAll('\\', '/').replace(/\/+$/, '')

/** Those of the flags that are as they are asked for. A directory can be writable only as far as its file system is. */
export function flagsNow(asked: MountFlags, line: Line, bind: boolean): MountFlags {
  const has = (name: string): boolean =>
    line.options.includes(name) || (name === 'ro' && !bind && line.whole.includes('ro'))
  return Object.fromEntries(Object.keys(asked).map((name) => [name, has(name)]))
}

/** For people, as findmnt shows it. */
export const shownSource = ({ source, root }: Line): string => (root === '/' ? source : `${source}[${root}]`)
