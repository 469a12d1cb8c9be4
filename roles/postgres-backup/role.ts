import { defineRole, z } from 'run-playbook'
import { nodeRoleVars } from 'run-playbook/cluster'
import { backupService, backupTasks } from './tasks.ts'

/** What takes a node's backups, into its own repository. */
export const postgresBackupService = defineRole({
  name: 'postgres-backup-service',
  tags: ['backup'],
  vars: nodeRoleVars,
  tasks: backupService,
})

/** A node's first backup, checked by pgBackRest. */
export const postgresBackup = defineRole({
  name: 'postgres-backup',
  tags: ['backup'],
  vars: z.strictObject({
    /** Nothing is owed since the last check of the archive. */
    archiveChecked: z.boolean(),
  }),
  tasks: backupTasks,
})
