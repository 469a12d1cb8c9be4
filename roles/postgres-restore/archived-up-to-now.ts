import { defineRole, shell, z } from 'run-playbook'
import { orderSchema } from 'run-playbook/cluster'
import * as scripts from './scripts.ts'

/** The node whose repository is used, until it has what the primary wrote. */
export const archivedUpToNow = defineRole({
  name: 'archived-up-to-now',
  vars: z.strictObject({
    primary: z.string(),
    backupDir: z.string(),
    /** @default the one on the disk of the node */
    repository: orderSchema.shape.repository,
  }),
  tasks: ({ primary, backupDir, repository }) => [
    shell(
      'WAL in the repository',
      { script: scripts.waitForArchive(primary, backupDir, repository), timeoutMs: 900_000 },
      { touches: [] },
    ),
  ],
})
