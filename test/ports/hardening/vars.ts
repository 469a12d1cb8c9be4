import { z } from 'run-playbook'

const algorithms = z.array(z.string().regex(/^[\w@.-]+$/)).min(1)

/** What the role can be told. Each default is the one of dev-sec's role, where it has the var. */
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
})

export type Vars = z.output<typeof vars>
