import { definePlay, definePlaybook, z } from 'run-playbook'
import { nodesOf } from 'run-playbook/cluster'
import { pgbackrest } from 'run-playbook/postgres'

export default definePlaybook({
  description: 'a backup now, of every node into its own repository',
  vars: z.strictObject({
    /** A full one, what changed since the last full one, or what changed since the last backup. */
    type: z.enum(['full', 'diff', 'incr']).default('incr'),
  }),
  // One node at a time, for each has the primary begin and end it; and one that fails keeps no other from its own.
  plays: ({ vars, hosts }) =>
    nodesOf(hosts).map((node) =>
      definePlay({
        name: `backup of ${node.name}`,
        hosts: [node],
        tasks: () => [
          pgbackrest.backup('backup', { container: 'pgbackrest', program: 'backup', now: vars.type }),
        ],
      }),
    ),
})
