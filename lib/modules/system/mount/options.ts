/** MountFlags of a mount that the kernel shows as they were asked for. */
const FLAGS = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'] as const

export type MountFlag = (typeof FLAGS)[number]

/** MountFlags that options ask for, or ask not to have. Those that they do not mention are left out. */
export type MountFlags = { readonly [Name in MountFlag]?: boolean }

const NEGATIONS: Readonly<Record<string, MountFlag>> = {
  rw: 'ro',
  suid: 'nosuid',
  dev: 'nodev',
  exec: 'noexec',
  atime: 'noatime',
  relatime: 'noatime',
  strictatime: 'noatime',
  diratime: 'nodiratime',
}

const OPPOSITES: Readonly<Record<MountFlag, string>> = {
  ro: 'rw',
  nosuid: 'suid',
  nodev: 'dev',
  noexec: 'exec',
  noatime: 'relatime',
  nodiratime: 'diratime',
}

/** What mount takes some options for too, unless a later one says otherwise. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  user: ['nosuid', 'nodev', 'noexec'],
  users: ['nosuid', 'nodev', 'noexec'],
  owner: ['nosuid', 'nodev'],
  group: ['nosuid', 'nodev'],
}

/** For the boot, and for mount -a. */
const AT_BOOT = /^(auto|noauto|nofail)$/

/** Neither for the kernel nor for the mount of BusyBox. */
const FOR_TOOLS = /^(x-.*|comment=.*|_netdev|defaults|nouser|user|users|owner|group)$/i

export const optionsOf = (opts: string): readonly string[] => opts.split(',').filter((one) => one !== '')

/** What is given to mount of util-linux. With nofail, a device that is missing would be no error. */
export const mountOptions = (opts: string): string =>
  joined(optionsOf(opts).filter((one) => !AT_BOOT.test(one)))

/** What is given to a mount that knows nothing but options of file systems. */
export const plainOptions = (opts: string): string => joined(kernelOptions(opts))

/** Options that a file system which is mounted has to have. */
export const kernelOptions = (opts: string): readonly string[] =>
  optionsOf(opts)
    .flatMap((one) => [one, ...(IMPLIED[one] ?? [])])
    .filter((one) => !AT_BOOT.test(one) && !FOR_TOOLS.test(one))

const joined = (list: readonly string[]): string => (list.length === 0 ? 'defaults' : list.join(','))

export const isBind = (opts: string): boolean =>
  optionsOf(opts).some((one) => one === 'bind' || one === 'rbind')

/** The same without what makes a bind mount of it: what a remount can change. */
export const changeableOptions = (opts: string): readonly string[] =>
  kernelOptions(opts).filter((one) => one !== 'bind' && one !== 'rbind')

/** The last word on a flag counts. */
export function flagsOf(opts: string): MountFlags {
  const found: { [Name in MountFlag]?: boolean } = {}
  for (const one of kernelOptions(opts)) {
    const flag = FLAGS.find((name) => name === one)
    const negated = NEGATIONS[one]
    if (flag !== undefined) found[flag] = true
    else if (negated !== undefined) found[negated] = false
  }
  return found
}

/** The options of fstab: one that is not mounted at boot says so. */
export const withBoot = (opts: string, boot: boolean): string =>
  boot || optionsOf(opts).includes('noauto') ? opts : `${opts},noauto`

/** What takes away flags that one list of options asks for and another one does not mention: a bind mount keeps them otherwise. */
export function undoing(before: string, after: string): readonly string[] {
  const [had, wants] = [flagsOf(before), flagsOf(after)]
  return FLAGS.flatMap((flag) => (had[flag] === true && wants[flag] === undefined ? [OPPOSITES[flag]] : []))
}
