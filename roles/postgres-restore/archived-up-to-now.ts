import { defineRole, shell, z } from 'run-playbook'
import * as scripts from './scripts.ts'

/** The node whose repository is used, until it has what the primary wrote. */
export const archivedUpToNow = defineRole({
  name: 'archived-up-to-now',
  vars: z.strictObject({ primary: z.string(), backupDir: z.string() }),
  tasks: ({ primary, backupDir }) => [
    shell('WAL in the repository', { script: scripts.waitForArchive(primary, backupDir) }, { touches: [] }),
  ],
})
