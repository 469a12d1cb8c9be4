import { type ContainerState, type Task, type TaskList, containers, docker, paths } from 'run-playbook'
import { PRIVILEGES, mounts, type NodeRoleVars, slotName } from 'run-playbook/cluster'
import { waitForPostgres, wholeServer } from 'run-playbook/postgres'

/** The container `postgres`. Nothing in it depends on who is primary, or who else is there: it would be made anew then. */
export const nodeContainer = (vars: NodeRoleVars): TaskList => [postgresContainer(vars)]

/** @param replace `later`: one that runs stays as it is, whatever differs */
export function postgresContainer(
  vars: NodeRoleVars,
  replace: 'now' | 'later' = 'now',
): Task<ContainerState> {
  const { address, port, image, dataDir } = vars
  const shared = mounts(vars)
  return docker(
    'postgres',
    {
      name: 'postgres',
      image,
      adopt: vars.adopt,
      replace,
      network: 'host',
      // PostgreSQL must not be process 1: it takes adopted orphans for crashed children.
      init: true,
      restart: 'unless-stopped',
      // 64 MB, Docker's default, is too little for a parallel hash join.
      shmSize: '256m',
      // Time for the shutdown checkpoint before Docker kills.
      stopTimeout: 120,
      env: {
        POSTGRES_OVERLAY_IP: address,
        POSTGRES_PORT: port,
        POSTGRES_SLOT_NAME: slotName(address),
      },
      volumes: [
        shared.data,
        shared.repository,
        shared.config,
        shared.pgbackrest,
        shared.secrets,
        shared.socket,
        shared.lock,
      ],
      ...PRIVILEGES,
      // Where the entrypoint puts the passfile: in memory, never in the data.
      tmpfs: { '/run/run-playbook': 'size=4m,mode=0700' },
      logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
    },
    {
      // Its own database and folder, not those of every node.
      touches: [containers.at('postgres'), ...wholeServer({ host: address, port }), paths.below(dataDir)],
    },
  )
}

/** A replica may have to copy the whole cluster first; one that has its data is there within minutes. */
export function nodeAccepts(
  { address, port }: NodeRoleVars,
  role: 'primary' | 'replica',
  timeoutMs = 120_000,
): TaskList {
  return [
    waitForPostgres('accepts connections', { container: 'postgres', host: address, port, role, timeoutMs }),
  ]
}
