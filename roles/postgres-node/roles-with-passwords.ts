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

/** Roles that the nodes themselves log in as. */
export function rolesWithPasswords(vars: NodeRoleVars): TaskList {
  const on = superuser(vars)
  const { postgres, replicator, rewinder } = vars.passwords
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
  ]
}
