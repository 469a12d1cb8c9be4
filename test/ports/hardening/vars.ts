import { z } from 'run-playbook'
import { SYSCTL } from './sysctl.ts'

const algorithms = z.array(z.string().regex(/^[\w@.-]+$/)).min(1)

/** What the role can be told. Each default is the one of dev-sec's roles, where they have the var. */
export const vars = z.strictObject({
  /** Who may log in as root. */
  permitRootLogin: z.enum(['no', 'prohibit-password', 'yes']).default('no'),
  /** Ports on which sshd listens. */
  sshPorts: z.array(z.int().min(1).max(65_535)).min(1).default([22]),
  /** Addresses on which sshd listens. */
  listenOn: z.array(z.string()).min(1).default(['0.0.0.0']),
  /** Bits of the RSA host key. */
  rsaBits: z.int().min(2048).default(4096),
  /** Bits that a Diffie-Hellman group must have at least. */
  moduliBits: z.int().min(2048).default(2048),
  maxAuthTries: z.int().min(1).default(2),
  maxSessions: z.int().min(1).default(10),
  /** Instead of what the installed OpenSSH supports. */
  ciphers: algorithms.optional(),
  macs: algorithms.optional(),
  kex: algorithms.optional(),
  /** Public keys that sshd never accepts. */
  revokedKeys: z.array(z.string()).default([]),
  /** Public keys of the authorities that sign user certificates, and the principals of each account. */
  certificates: z
    .strictObject({
      authorities: z.array(z.string()).min(1),
      principals: z.record(z.string().regex(/^[a-z_][\w-]*$/), z.array(z.string()).min(1)),
    })
    .optional(),
  umask: z
    .string()
    .regex(/^0[0-7]{2}$/)
    .default('027'),
  passwordMaxDays: z.int().default(60),
  passwordMinDays: z.int().default(7),
  passwordWarnDays: z.int().default(7),
  /** Failed logins before an account is locked, and for how many seconds. */
  loginRetries: z.int().min(1).default(5),
  lockoutSeconds: z.int().default(600),
  passwdqc: z.string().default('min=disabled,disabled,16,12,8'),
  /** Seconds after which an idle shell ends. 0: never. */
  autoLogout: z.int().min(0).default(0),
  rootTerminals: z.array(z.string()).default(['console', 'tty1', 'tty2', 'tty3', 'tty4', 'tty5', 'tty6']),
  /** File systems and protocols that the kernel never loads, unless one of them is mounted. */
  unusedModules: z
    .array(z.string())
    .default('cramfs freevxfs jffs2 hfs hfsplus squashfs udf vfat dccp rds sctp tipc'.split(' ')),
  /** Kernel settings by name. Those that the kernel does not have are left out. */
  sysctl: z.record(z.string().regex(/^[\w.-]+$/), z.union([z.int(), z.string()])).default(SYSCTL),
  /** Packages that are removed. */
  unwantedPackages: z
    .array(z.string())
    .default(['xinetd', 'openbsd-inetd', 'ypserv', 'telnetd', 'rsh-server', 'prelink']),
  /** Programs that lose their setuid and setgid bits. */
  noSetuid: z
    .array(z.string())
    .default(
      (
        '/usr/bin/rcp /usr/bin/rlogin /usr/bin/rsh /usr/sbin/usernetctl /usr/sbin/pppd /usr/bin/lockfile ' +
        '/usr/bin/dotlockfile /usr/bin/arping /usr/sbin/uuidd /usr/bin/mtr /usr/lib/mc/cons.saver'
      ).split(' '),
    ),
  /** Folders in which nobody but root may write to programs. */
  programFolders: z.array(z.string()).default(['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']),
  /** Accounts that are left as they are. */
  ignoredAccounts: z.array(z.string()).default(['root', 'sync', 'shutdown', 'halt', 'nobody']),
})

export type Vars = z.output<typeof vars>
