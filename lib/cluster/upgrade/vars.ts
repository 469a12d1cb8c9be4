import { z } from 'zod'
import { clusterWish, yes } from '../vars/cluster.ts'

/** What `-e` may say to `run-playbook upgrade`. */
export const upgradeVars = clusterWish.extend({
  to: z.int().min(16).max(99).describe('The major version of PostgreSQL to upgrade to, such as 17.'),
  rehearse: yes
    .default(false)
    .describe('Rehearse the upgrade on a copy in a throwaway container. The cluster is not changed.'),
  window: yes
    .default(false)
    .describe(
      'Begin the upgrade without asking: from then on clients cannot write, until the new version is open.',
    ),
  abort: yes
    .default(false)
    .describe('Go back to the old version: possible until `finish=yes`, which is the point of no return.'),
  'lose-commits': yes
    .default(false)
    .describe(
      'With `abort=yes`: go back although clients may have written to the new version. That is lost.',
    ),
  finish: yes
    .default(false)
    .describe('Remove the old data, which were kept for the way back. Then there is none.'),
  on: z.string().optional().describe('The node that rehearses, with its newest backup. (default: a replica)'),
  'to-image': z
    .string()
    .optional()
    .describe(
      'The image with the new version. (default: run-playbook/postgres with the version as its tag, such as run-playbook/postgres:17)',
    ),
})

export type UpgradeVars = z.output<typeof upgradeVars>
