import type { TaskList } from 'run-playbook'
import type { NodeRoleVars } from 'run-playbook/cluster'
import { postgresRole } from 'run-playbook/postgres'
import { superuser } from './tasks.ts'

// Functions that pg_rewind calls: https://www.postgresql.org/docs/current/app-pgrewind.html
const REWIND = [
  'pg_ls_dir(text, boolean, boolean)',
  'pg_stat_file(text, boolean)',
  'pg_read_binary_file(text)',
  'pg_read_binary_file(text, bigint, bigint, boolean)',
]

// Functions that begin and end a backup, and have the last of its WAL archived.
const BASE_BACKUP = [
  'pg_backup_start(text, boolean)',
  'pg_backup_stop(boolean)',
  'pg_create_restore_point(text)',
  'pg_switch_wal()',
]

/** Roles that the nodes themselves log in as. */
export function rolesWithPasswords(vars: NodeRoleVars): TaskList {
  const on = superuser(vars)
  const { postgres, replicator, rewinder, basebackup } = vars.passwords
  return [
    postgresRole('superuser', { on, name: 'postgres', password: postgres }),
    postgresRole('replicator', {
      on,
      name: 'replicator',
      password: replicator,
      login: true,
      replication: true,
    }),
    // A node that comes back also asks for a checkpoint, and for a new WAL segment: an idle primary would let it wait.
    postgresRole('rewinder', {
      on,
      name: 'rewinder',
      password: rewinder,
      login: true,
      memberOf: ['pg_checkpoint'],
      executes: [...REWIND, 'pg_switch_wal()'],
    }),
    // What pgBackRest asks of a primary, and nothing else: https://pgbackrest.org/configuration.html
    postgresRole('basebackup', {
      on,
      name: 'basebackup',
      password: basebackup,
      login: true,
      connectionLimit: 20,
      memberOf: ['pg_checkpoint', 'pg_read_all_settings'],
      executes: BASE_BACKUP,
    }),
  ]
}
