import { z } from 'zod'
import { clusterWish, yes } from '../vars/cluster.ts'

/** What `-e` may say to `run-playbook upgrade`. */
export const upgradeVars = clusterWish.extend({
  to: z.int().min(16).max(99).describe('The major version of PostgreSQL to upgrade to, such as 17.'),
  rehearse: yes
    .default(false)
    .describe('Rehearse the upgrade on a copy in a throwaway container. The cluster is not changed.'),
  on: z.string().optional().describe('The node that rehearses, with its newest backup. (default: a replica)'),
  'to-image': z
    .string()
    .optional()
    .describe(
      'The image with the new version. (default: run-playbook/postgres with the version as its tag, such as run-playbook/postgres:17)',
    ),
})

export type UpgradeVars = z.output<typeof upgradeVars>
