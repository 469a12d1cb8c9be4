import { defineRole, shell, z } from 'run-playbook'
import { goBack, openOld } from './abort-scripts.ts'
import { DAY_MS, vars } from './vars.ts'

/** A node of a cluster whose restore is aborted: it has what it had before. */
export const restoreUndone = defineRole({
  name: 'restore-undone',
  vars: vars.pick({ dataDir: true, backupDir: true, order: true }),
  tasks: ({ order, ...places }) => [
    shell('old data and old repository back', { script: goBack(places, order), timeoutMs: DAY_MS }),
  ],
})

/** The same, when all nodes have that. */
export const oldClusterOpens = defineRole({
  name: 'old-cluster-opens',
  vars: vars.pick({ dataDir: true, order: true }).extend({
    address: z.string(),
    /** @default 5432 */
    port: z.int().default(5432),
  }),
  tasks: ({ dataDir, address, port, order }) => [
    shell('accepts connections again', {
      script: openOld(dataDir, address, port, order),
      timeoutMs: 600_000,
    }),
  ],
})
