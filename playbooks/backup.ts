import { definePlay, definePlaybook, z } from 'run-playbook'
import { clusterVars, nodeFact, nodesOf, refuseByHand, refuseForeignContainers } from 'run-playbook/cluster'
import { pgbackrest } from 'run-playbook/postgres'

export default definePlaybook({
  description: 'a backup now, of every node into its own repository',
  vars: z.strictObject({
    type: z
      .enum(['full', 'diff', 'incr'])
      .default('incr')
      .describe('Everything, what changed since the last full backup, or since the last backup.'),
    adopt: clusterVars.shape.adopt,
  }),
  facts: { node: nodeFact },
  // One node at a time, for each has the primary begin and end it; and one that fails keeps no other from its own.
  plays: (context) => {
    refuseForeignContainers(context, ['pgbackrest'])
    refuseByHand(context)
    return nodesOf(context.hosts).map((node) =>
      definePlay({
        name: `backup of ${node.name}`,
        hosts: [node],
        tasks: () => [
          pgbackrest.backup('backup', { container: 'pgbackrest', program: 'backup', now: context.vars.type }),
        ],
      }),
    )
  },
})
