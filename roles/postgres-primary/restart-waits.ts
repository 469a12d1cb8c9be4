import { type ContainerState, type TaskList, debug, from } from 'run-playbook'
import type { NodeRoleVars } from 'run-playbook/cluster'
import { type PostgresSettingsState, postgresSettings } from 'run-playbook/postgres'
import { postgresContainer } from '../postgres-node/container.ts'
import { superuser } from '../postgres-node/tasks.ts'

/** The primary goes on as it is. Each run says what it would get with a restart, and how. */
export function restartWaits(vars: NodeRoleVars): TaskList {
  const container = postgresContainer(vars, 'later')
  const settings = postgresSettings('configuration in effect', {
    on: superuser(vars),
    container: 'postgres',
    restartLater: true,
  })
  const both = [container, settings] as const
  return [
    ...both,
    debug(
      'waits for a restart',
      from(both, (made, found) => ({ message: waitingWords(waiting(made, found)) })),
      { when: from(both, (made, found) => waiting(made, found).length > 0) },
    ),
  ]
}

const waiting = ({ waits = [] }: ContainerState, found: PostgresSettingsState | null): readonly string[] => [
  ...waits.map(({ what }) => what),
  ...(found?.restart ?? []).map(({ name }) => name),
]

const waitingWords = (names: readonly string[]): string =>
  `PostgreSQL keeps running as it is. A restart would change: ${names.join(', ') || 'nothing'}. To restart it: run-playbook site -e rolling=restart. To promote a replica instead: -e rolling=switchover`
