import { z } from 'zod'
import { clientAccess } from './client-access.ts'
import { databaseNames } from './database-name.ts'
import { sharedVars } from './shared.ts'
import { thresholdVars } from './status-service.ts'

export const yes = z.union([z.boolean(), z.enum(['yes', 'no']).transform((word) => word === 'yes')])

/** What `-e` may set for every playbook that works on the cluster. What describes the cluster, the inventory may set as well. */
export const clusterWish = z.strictObject({
  ...sharedVars,
  adopt: yes
    .default(false)
    .describe(
      'Replace containers that have a name of the cluster and were not created by run-playbook; otherwise they are an error.',
    ),
  lower: yes
    .default(false)
    .describe('Restart the primary with lower settings than it has now, without asking.'),
})

/** The same in effect: {@link settled} makes it from what `-e` and the inventory say. */
export const clusterVars = clusterWish.extend({
  image: z.string().default('run-playbook/postgres'),
  statusImage: z.string().default('run-playbook/postgres-status'),
  databases: databaseNames.default(['app']),
  clientTls: z.enum(['allow', 'require']).default('allow'),
  clientAccess: clientAccess.default([]),
  thresholds: thresholdVars,
  wireguardPackages: z.array(z.string()).default(['wireguard-tools']),
})

export type ClusterVars = z.output<typeof clusterVars>
