import { defineRole, z } from 'run-playbook'
import { nodeVars } from 'run-playbook/cluster'
import { backupService, backupTasks } from './tasks.ts'

/** What takes a node's backups, into its own repository. */
export const postgresBackupService = defineRole({
  name: 'postgres-backup-service',
  tags: ['backup'],
  vars: nodeVars,
  tasks: backupService,
})

/** A node's first backup, checked by pgBackRest. */
export const postgresBackup = defineRole({
  name: 'postgres-backup',
  tags: ['backup'],
  vars: z.strictObject({}),
  tasks: backupTasks,
})
