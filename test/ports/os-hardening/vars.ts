import { z } from 'run-playbook'
import { NO_SETUID, SETUID } from './setuid.ts'
import { SYSCTL } from './sysctl.ts'

const names = z.array(z.string().min(1))
const days = z.int().min(0)
const word = z.string().regex(/^[\w/.-]+$/)

/** How a file system is to be mounted. */
const mount = z.strictObject({
  src: word,
  fstype: word,
  options: z.string().regex(/^[\w,=]+$/),
  dump: z.int().optional(),
  passno: z.int().optional(),
})

const auditd = z.strictObject({
  writeLogs: z.enum(['yes', 'no']).default('yes'),
  logFile: word.default('/var/log/audit/audit.log'),
  logFormat: word.default('RAW'),
  logGroup: word.default('root'),
  flush: word.default('INCREMENTAL'),
  freq: z.int().default(20),
  numLogs: z.int().default(5),
  nameFormat: word.default('NONE'),
  maxLogFile: z.int().default(6),
  maxLogFileAction: word.default('keep_logs'),
  spaceLeft: z.int().default(75),
  spaceLeftAction: word.default('SYSLOG'),
  mailAccount: word.default('root'),
  adminSpaceLeft: z.int().default(50),
  adminSpaceLeftAction: word.default('SUSPEND'),
  diskFullAction: word.default('SUSPEND'),
  diskErrorAction: word.default('SUSPEND'),
})

const ufw = z.strictObject({
  ipv6: z.enum(['yes', 'no']).default('yes'),
  input: word.default('DROP'),
  output: word.default('ACCEPT'),
  forward: word.default('DROP'),
  application: word.default('SKIP'),
  manageBuiltins: z.enum(['yes', 'no']).default('no'),
  sysctlFile: z.string().default(''),
  modules: z.string().default('nf_conntrack_ftp nf_nat_ftp nf_conntrack_netbios_ns'),
})

/** What the role can be told. Each default is the one of dev-sec's role. Parts of it are left out with `--skip-tags`. */
export const vars = z.strictObject({
  umask: z
    .string()
    .regex(/^0[0-7]{2}$/)
    .default('027'),
  passwordMaxDays: days.default(60),
  passwordMinDays: days.default(7),
  passwordWarnDays: days.default(7),
  /** Failed logins before an account is locked, and for how many seconds. 0: no account is locked. */
  loginRetries: z.int().min(0).default(5),
  lockoutSeconds: z.int().default(600),
  loginTimeout: z.int().default(60),
  /** Whether an account without a home may log in. */
  homeless: z.enum(['yes', 'no']).default('no'),
  /** What users may change with chfn, such as `rwh`. */
  chfnRestrict: z.string().default(''),
  shaRounds: z.int().min(1000).default(640_000),
  /** Options of pam_passwdqc. Empty: passwords are not checked. */
  passwdqc: z.string().default('min=disabled,disabled,16,12,8'),
  /** Seconds after which an idle shell ends. 0: never. */
  autoLogout: z.int().min(0).default(0),
  rootTerminals: names.default(['console', 'tty1', 'tty2', 'tty3', 'tty4', 'tty5', 'tty6']),
  coreDumps: z.boolean().default(false),
  noCtrlAltDel: z.boolean().default(false),
  /** File systems and protocols that the kernel never loads, unless one is mounted or kept. */
  unusedModules: names.default(
    'cramfs freevxfs jffs2 hfs hfsplus squashfs udf vfat dccp rds sctp tipc'.split(' '),
  ),
  keptModules: names.default([]),
  /** Kernel settings by name. A setting that the kernel does not have is written down all the same. */
  sysctl: z.record(z.string(), z.union([z.int(), z.string()])).default(SYSCTL),
  ufw: z.union([ufw, z.literal(false)]).default(ufw.parse({})),
  auditd: auditd.default(auditd.parse({})),
  /** Packages that are removed. */
  unwantedPackages: names.default(['xinetd', 'inetd', 'ypserv', 'telnet-server', 'rsh-server', 'prelink']),
  /** Programs that lose their setuid and setgid bits, and those that keep them if all others lose them. */
  setuidRemoved: names.default(NO_SETUID),
  setuidKept: names.default(SETUID),
  setuidUnknown: z.boolean().default(false),
  /** Folders in which nobody but the owner may write to programs. */
  programFolders: names.default(['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']),
  /** More folders in the path of users. */
  userPaths: names.default([]),
  suForAll: z.boolean().default(false),
  procOptions: z.string().default('rw,nosuid,nodev,noexec,relatime'),
  hidepid: z.enum(['0', '1', '2']).default('2'),
  /** Mounts in fstab by path. */
  mounts: z.record(z.string().startsWith('/'), mount).default({
    '/dev': { src: 'devtmpfs', fstype: 'devtmpfs', options: 'rw,nosuid,noexec' },
    '/dev/shm': { src: 'tmpfs', fstype: 'tmpfs', options: 'rw,nosuid,nodev,noexec' },
    '/run': { src: 'tmpfs', fstype: 'tmpfs', options: 'rw,nosuid,nodev' },
  }),
  /** Accounts of which login and home stay as they are. */
  ignoredAccounts: names.default(['vagrant', 'kitchen']),
  withoutAgeing: names.default([]),
  withoutHome: names.default([]),
  homes: z.boolean().default(true),
  rootHome: z.boolean().default(true),
  rootAgeing: z.boolean().default(false),
  /** Other accounts with the number 0 are removed. */
  onlyOneRoot: z.boolean().default(false),
  netrcKept: names.default([]),
})

export type Vars = z.output<typeof vars>
