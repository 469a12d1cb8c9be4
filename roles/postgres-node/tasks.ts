import {
  type TaskList,
  copy,
  docker,
  file,
  postgresSettings,
  template,
  treeResource,
  waitForPostgres,
} from 'run-playbook'
import { tune } from './tuning.ts'
import { type NodeVars, slotName } from './vars.ts'

const CONFIG = '/etc/run-playbook/postgres'
const SECRETS = '/etc/run-playbook/secrets'

/** The node's own connection to its database, as superuser. */
export const superuser = ({ address, port, passwords }: NodeVars) => ({
  host: address,
  port,
  user: 'postgres',
  password: passwords.postgres,
})

/** Everything that a primary and a replica have in common: folders, secrets, configuration, the container. */
export function nodeTasks(vars: NodeVars, mode: 'primary' | 'replica'): TaskList {
  const { address, port, nodes, network, primary, maxConnections } = vars
  const slot = slotName(address)
  const reload = postgresSettings('load the configuration', { on: superuser(vars), container: 'postgres' })
  const managed = { mode: '0644', owner: 'root', group: 'root' }
  const secret = { mode: '0400', owner: 'root', group: 'root' }
  return [
    // Their owner is the image's affair: the entrypoint gives them to its postgres user.
    file('data folder', { path: vars.dataDir, state: 'directory' }),
    file('backup folder', { path: vars.backupDir, state: 'directory' }),
    file('configuration folder', { path: CONFIG, state: 'directory', mode: '0755' }),
    file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
    copy('superuser password', {
      dest: `${SECRETS}/postgres_password`,
      content: vars.passwords.postgres,
      ...secret,
    }),
    copy('replication password', {
      dest: `${SECRETS}/replication_password`,
      content: vars.passwords.replicator,
      ...secret,
    }),
    template(
      'postgresql.conf',
      {
        src: new URL('./templates/postgresql.conf.hbs', import.meta.url),
        dest: `${CONFIG}/postgresql.conf`,
        vars: { address, port, slot, primary, maxConnections, tuning: tune(vars) },
        ...managed,
      },
      { notify: reload, tags: ['config'] },
    ),
    template(
      'pg_hba.conf',
      {
        src: new URL('./templates/pg_hba.conf.hbs', import.meta.url),
        dest: `${CONFIG}/pg_hba.conf`,
        vars: { address, nodes, network },
        ...managed,
      },
      { notify: reload, tags: ['config'] },
    ),
    docker(
      'postgres',
      {
        name: 'postgres',
        image: vars.image,
        network: 'host',
        // PostgreSQL must not be process 1: it takes adopted orphans for crashed children.
        init: true,
        restart: 'unless-stopped',
        // 64 MB, Docker's default, is too little for a parallel hash join.
        shmSize: '256m',
        // Time for the shutdown checkpoint before Docker kills.
        stopTimeout: 120,
        env: {
          POSTGRES_REPLICATION_MODE: mode,
          // Only read where there is no data yet. A replica keeps following whom its configuration names.
          ...(mode === 'replica' && { POSTGRES_PRIMARY_HOST: primary }),
          POSTGRES_OVERLAY_IP: address,
          POSTGRES_PORT: port,
          POSTGRES_PEERS: nodes.join(' '),
          POSTGRES_SLOT_NAME: slot,
        },
        volumes: [
          { source: vars.dataDir, target: '/var/lib/postgresql/data' },
          { source: vars.backupDir, target: '/var/lib/pgbackrest' },
          { source: CONFIG, target: '/etc/postgresql', readOnly: true },
          { source: SECRETS, target: '/run/secrets', readOnly: true },
        ],
        // Where the entrypoint puts the passfile: in memory, never in the data.
        tmpfs: { '/run/run-playbook': 'size=4m,mode=0700' },
        logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
      },
      {
        // Its own database and folder, not those of every node.
        touches: ['docker:/container/**', `postgres:/${address}:${port}/**`, treeResource(vars.dataDir)],
      },
    ),
    waitForPostgres('accepts connections', {
      container: 'postgres',
      host: address,
      port,
      role: mode,
      // A replica may have to copy the whole cluster first.
      timeoutMs: mode === 'primary' ? 120_000 : 3_600_000,
    }),
  ]
}
