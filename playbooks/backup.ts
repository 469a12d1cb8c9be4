import { definePlay, definePlaybook, pattern, pgbackrest, z } from 'run-playbook'
import { clusterOf } from 'run-playbook/cluster'

export default definePlaybook({
  description: 'a backup now, of every node into its own repository',
  vars: z.strictObject({
    /** A full one, what changed since the last full one, or what changed since the last backup. */
    type: z.enum(['full', 'diff', 'incr']).default('incr'),
  }),
  // One node at a time, for each has the primary begin and end it; and one that fails keeps no other from its own.
  plays: ({ vars, hosts }) =>
    clusterOf({ hosts, facts: {} }).nodes.map(({ name }) =>
      definePlay({
        name: `backup of ${name}`,
        hosts: pattern(name),
        tasks: () => [
          pgbackrest.backup('backup', { container: 'pgbackrest', program: 'backup', now: vars.type }),
        ],
      }),
    ),
})
