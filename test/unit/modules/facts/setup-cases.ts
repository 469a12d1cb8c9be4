import type { Memory, Mount, Network, Os } from '../../../../lib/modules/index.ts'

/** What was found, by the names of our facts. */
export interface Ours {
  readonly os: Os
  readonly memory: Memory
  readonly network: Network
  readonly disks: readonly Mount[]
}

/** What Ansible's `setup` calls `ansible_…`, by the rest of the name. */
export type Theirs = Readonly<Record<string, unknown>>

interface Case {
  readonly ours: (facts: Ours) => unknown
  /** The same, of what Ansible found. */
  readonly theirs: (facts: Theirs) => unknown
  /** What Ansible finds instead. */
  readonly differs?: string
}

const MIB = 2 ** 20
const words = (value: unknown): string => String(value).toLowerCase()
const field = (value: unknown, name: string): unknown => {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([one]) => one === name)?.[1]
    : undefined
}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const loopback = ({ network }: Ours) => network.interfaces.find(({ name }) => name === 'lo')
/** The one that leads away, as others come and go. */
const away = ({ network }: Ours) => network.interfaces.find(({ name }) => name === network.ipv4?.interface)
const ipv4 = (facts: Ours) => away(facts)?.addresses.find(({ family }) => family === 4)
const default4 = (name: string) => (facts: Theirs) => field(facts['default_ipv4'], name)
const root = ({ disks }: Ours) => disks.find(({ path }) => path === '/')
const theirRoot = (name: string) => (facts: Theirs) =>
  field(
    list(facts['mounts']).find((one) => field(one, 'mount') === '/'),
    name,
  )

/** Facts of Ansible's `setup`, and what they are called here. */
export const CASES: Readonly<Record<string, Case>> = {
  distribution: { ours: ({ os }) => os.id, theirs: ({ distribution }) => words(distribution) },
  'its version': {
    ours: ({ os }) => os.version.split('.')[0],
    theirs: ({ distribution_major_version: version }) => version,
  },
  'its code name': { ours: ({ os }) => os.codename, theirs: ({ distribution_release: name }) => name },
  family: { ours: ({ os }) => os.family, theirs: ({ os_family: family }) => words(family) },
  kernel: { ours: ({ os }) => os.kernel, theirs: ({ kernel }) => kernel },
  architecture: { ours: ({ os }) => os.architecture, theirs: ({ architecture }) => architecture },
  'host name': { ours: ({ os }) => os.hostname, theirs: ({ nodename }) => nodename },
  'init system': { ours: ({ os }) => os.init, theirs: ({ service_mgr: init }) => init },
  memory: {
    ours: ({ memory }) => Math.floor(memory.total / MIB),
    theirs: ({ memtotal_mb: total }) => total,
  },
  swap: {
    ours: ({ memory }) => Math.floor(memory.swapTotal / MIB),
    theirs: ({ swaptotal_mb: total }) => total,
  },
  'interface of the default route': { ours: (facts) => away(facts)?.name, theirs: default4('interface') },
  gateway: { ours: ({ network }) => network.ipv4?.gateway, theirs: default4('gateway') },
  address: { ours: (facts) => ipv4(facts)?.address, theirs: default4('address') },
  'hardware address': { ours: (facts) => away(facts)?.mac, theirs: default4('macaddress') },
  mtu: { ours: (facts) => away(facts)?.mtu, theirs: default4('mtu') },
  'addresses of the loopback interface': {
    ours: (facts) =>
      loopback(facts)
        ?.addresses.map(({ address }) => address)
        .toSorted(),
    theirs: ({ lo }) =>
      [field(lo, 'ipv4'), ...list(field(lo, 'ipv6'))].map((one) => String(field(one, 'address'))).toSorted(),
  },
  'name servers': {
    ours: ({ network }) => network.dns,
    theirs: ({ dns }) => list(field(dns, 'nameservers')),
  },
  'the file system of /': { ours: (facts) => root(facts)?.filesystem, theirs: theirRoot('fstype') },
  'the device of /': { ours: (facts) => root(facts)?.device, theirs: theirRoot('device') },
  'the size of /': { ours: (facts) => root(facts)?.size, theirs: theirRoot('size_total') },
  'the inodes of /': { ours: (facts) => root(facts)?.inodes, theirs: theirRoot('inode_total') },
  'the options of /': {
    ours: (facts) => root(facts)?.options.join(','),
    theirs: theirRoot('options'),
  },
}
