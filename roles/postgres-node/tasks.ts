import type { Task } from 'run-playbook'
import type { NodeRoleVars } from 'run-playbook/cluster'
import { postgresSettings } from 'run-playbook/postgres'

/** The node's own connection to its database, as superuser. */
export const superuser = ({
  address,
  port,
  passwords,
}: Pick<NodeRoleVars, 'address' | 'port' | 'passwords'>) => ({
  host: address,
  port,
  user: 'postgres',
  password: passwords.postgres,
  previousPasswords: passwords.previous,
})

/**
 * Takes the configuration into effect, with a restart where that is needed – or leaves that for later. Tried for half a minute: a
 * replica restarts by itself when its primary has come back with higher settings.
 */
export const loadConfiguration = (vars: NodeRoleVars, restartLater = false): Task =>
  postgresSettings(
    'load the configuration',
    { on: superuser(vars), container: 'postgres', restartLater },
    { retry: { times: 10, delayMs: 3000 } },
  )
