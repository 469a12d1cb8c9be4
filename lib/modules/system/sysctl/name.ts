const FOLDER = '/proc/sys/'

/**
 * The path below /proc/sys of a setting. Of dots and slashes, the first that a name has parts it; the other kind stands for a
 * dot: `net.ipv4.conf.eth0/100.rp_filter` is `net/ipv4/conf/eth0.100/rp_filter`.
 *
 * @returns undefined for what is no name
 */
export function pathOf(name: string): string | undefined {
  const slashes = /[./]/.exec(name)?.[0] === '/'
  const path = slashes ? name : name.replace(/[./]/g, (one) => (one === '.' ? '/' : '.'))
  const parts = path.split('/')
  const wrong = parts.some((part) => /^\.{0,2}$|[\s\0=*?]/.test(part))
  return parts.length < 2 || wrong || /^[-#;]/.test(name) ? undefined : FOLDER + path
}

/** The settings that lie together: a change of one may change others of them. */
export function groupOf(path: string): string {
  const [first = ''] = path.slice(FOLDER.length).split('/')
  return FOLDER + first
}

/** Whether the kernel changes one with the other: forwarding of all interfaces, or an amount in another unit. */
export const changesWith = (path: string, other: string): boolean =>
  groupOf(path) === groupOf(other) && COUPLED.some((pattern) => pattern.test(path) && pattern.test(other))

const COUPLED = [/\/conf\/|forward/, /_(ratio|bytes|kbytes)$/, /hugepages/, /conntrack_(max|buckets)$/]

/** Two values are the same if their words are. */
export const wordsOf = (value: string): string => value.trim().split(/\s+/).join(' ')
