import { z } from 'zod'
import { thresholdVars } from './status-service.ts'

export const yes = z.union([z.boolean(), z.enum(['yes', 'no']).transform((word) => word === 'yes')])

/** What `-e` may set for every playbook that works on the cluster. */
export const clusterVars = z.strictObject({
  /** A name outside of `run-playbook/` is an image of your own: present or pulled, checked, and never built. */
  image: z.string().default('run-playbook/postgres'),
  statusImage: z.string().default('run-playbook/postgres-status'),
  /** Replaces containers that have a name of the cluster's and that somebody else made. Without it they are an error. */
  adopt: yes.default(false),
  /** When the status warns: those that are named, the others stay as they are. */
  thresholds: thresholdVars,
  /** Each with an owner of the same name, whose password is in the secrets as `postgres.<name>`. */
  databases: z.array(z.string()).default(['app']),
  maxConnections: z.int().min(10).default(100),
  /** What brings Docker's engine and client to a node without. @default the packages of Debian or Ubuntu */
  dockerPackages: z.array(z.string()).optional(),
  wireguardPackages: z.array(z.string()).default(['wireguard-tools']),
})

export type ClusterVars = z.output<typeof clusterVars>
