import * as z from '../../../core/lazy-zod.ts'

const oneLine = z.string().regex(/^[^\s\0][^\0\n\r]*$/, 'must be one line')
const number = z.int().min(0)

/** Options of a repository whose values are written as they are. */
export const dnfOptions = {
  /** Megabytes a second, such as `10M`, that `throttle` is a part of. @default none */
  bandwidth: oneLine.optional(),
  /** Cost of the repository, against others of the same priority. @default as dnf.conf says, or 1000 */
  cost: number.optional(),
  /** Count the host in the statistics of the server. @default as dnf.conf says, or false */
  countme: z.boolean().optional(),
  /** Percentage of the size of a package up to which a difference is downloaded instead. @default as dnf.conf says */
  deltarpmPercentage: number.optional(),
  /** Whether dnf uses the repository. @default as dnf: true */
  enabled: z.boolean().optional(),
  /** Use groups of packages of the repository. @default as dnf: true */
  enablegroups: z.boolean().optional(),
  /** Check the signatures of packages. @default as dnf.conf says */
  gpgcheck: z.boolean().optional(),
  /** Ask for addresses of one kind only. @default as dnf: `'whatever'` */
  ipResolve: z.enum(['4', '6', 'IPv4', 'IPv6', 'whatever']).optional(),
  /** Keep packages after they are installed. @default as dnf.conf says, or false */
  keepcache: z.boolean().optional(),
  /** How long metadata is good for: seconds, `6h`, `2d` or `never`. @default as dnf.conf says, or 48 hours */
  metadataExpire: z.union([number, oneLine]).optional(),
  /** Address of a metalink file. */
  metalink: oneLine.optional(),
  /** Lowest speed of a download, in bytes a second. @default as dnf.conf says */
  minrate: z.union([number, oneLine]).optional(),
  /** Address of a file with a list of addresses. */
  mirrorlist: oneLine.optional(),
  /** Packages of the repository take part also where a module would hide them. @default as dnf: false */
  moduleHotfixes: z.boolean().optional(),
  /** The lower, the more the repository is preferred. @default as dnf: 99 */
  priority: z.int().optional(),
  /** Address of a proxy, or `_none_`. @default as dnf.conf says */
  proxy: oneLine.optional(),
  /** User name for the proxy. @default none */
  proxyUsername: oneLine.optional(),
  /** Check the signature of the metadata. @default as dnf.conf says */
  repoGpgcheck: z.boolean().optional(),
  /** How often a download is tried. 0 is for ever. @default as dnf.conf says, or 10 */
  retries: number.optional(),
  /** Go on without the repository where it cannot be reached. @default as dnf.conf says, or false */
  skipIfUnavailable: z.boolean().optional(),
  /** Absolute path of a file with certificates of authorities. @default those of the system */
  sslcacert: oneLine.optional(),
  /** Absolute path of a certificate of the host. @default none */
  sslclientcert: oneLine.optional(),
  /** Absolute path of the key of the certificate. @default none */
  sslclientkey: oneLine.optional(),
  /** Check the certificate of the server. @default as dnf: true */
  sslverify: z.boolean().optional(),
  /** Limit of the download: bytes a second, or a percentage of `bandwidth`. @default none */
  throttle: z.union([number, oneLine]).optional(),
  /** Seconds that the server may stay silent. @default as dnf.conf says, or 30 */
  timeout: z.union([number, oneLine]).optional(),
}

type Name = keyof typeof dnfOptions
const isName = (name: string): name is Name => Object.hasOwn(dnfOptions, name)

export const namesOf = (options: object): Name[] => Object.keys(options).filter(isName)

/** An argument's name as dnf writes it: `repoGpgcheck` is `repo_gpgcheck`. */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const OTHERS = 'name baseurl gpgkey exclude includepkgs username password proxy_password'.split(' ')

/** Whether an option of dnf has an argument of its own. */
export const hasArgument = (option: string): boolean =>
  OTHERS.includes(option) || namesOf(dnfOptions).some((name) => snake(name) === option)
