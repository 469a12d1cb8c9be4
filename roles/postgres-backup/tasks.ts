import { type TaskList, changed, copy, docker, file, pathResource, pgbackrest, template } from 'run-playbook'
import { CONFIG, PGBACKREST, SECRETS, mounts } from '../postgres-node/places.ts'
import type { NodeVars } from '../postgres-node/vars.ts'
import { repositoryCipher } from './cipher.ts'
import { policyEnv, retentionOptions } from './vars.ts'

/** The port that pgBackRest's own server listens on by default. */
const TLS_PORT = 8432
const STANZA = 'main'
const CIPHER = `${SECRETS}/pgbackrest_cipher`
const CONTAINER = 'pgbackrest'
/** Roles and slots of the server are nothing to it; a server that was started or promoted, or follows another one, is. */
const where = {
  container: CONTAINER,
  sees: ['docker:container/postgres/**', pathResource(`${CONFIG}/primary`)],
}

/** What pgBackRest needs to be there before PostgreSQL archives its first segment. */
export function pgbackrestConfig(vars: NodeVars): TaskList {
  const { address, port, retention } = vars
  const peers = vars.nodes
    .filter((node) => node.address !== address)
    .map((node, index) => ({ ...node, number: index + 2 }))
  const secret = { mode: '0400', owner: 'root', group: 'root' }
  return [
    repositoryCipher('cipher of the repository', { backupDir: vars.backupDir, encrypt: vars.encrypt }),
    vars.encrypt && vars.passwords.cipher !== undefined
      ? copy('pgbackrest cipher', { dest: CIPHER, content: vars.passwords.cipher, ...secret })
      : file('no pgbackrest cipher', { path: CIPHER, state: 'absent' }),
    copy('pgbackrest authority', {
      dest: `${SECRETS}/pgbackrest_ca.crt`,
      content: vars.tls.authority,
      ...secret,
    }),
    copy('pgbackrest certificate', {
      dest: `${SECRETS}/pgbackrest_node.crt`,
      content: vars.tls.certificate,
      ...secret,
    }),
    copy('pgbackrest key', {
      dest: `${SECRETS}/pgbackrest_node.key`,
      content: vars.tls.privateKey,
      ...secret,
    }),
    template(
      'pgbackrest.conf',
      {
        src: new URL('./templates/pgbackrest.conf.hbs', import.meta.url),
        dest: `${PGBACKREST}/pgbackrest.conf`,
        vars: {
          address,
          port,
          nodes: vars.nodes,
          peers,
          retention: retentionOptions(retention),
          stanza: STANZA,
          tlsPort: TLS_PORT,
          processes: Math.max(1, Math.floor(vars.cores / 2)),
        },
        mode: '0644',
        owner: 'root',
        group: 'root',
      },
      { tags: ['config'] },
    ),
  ]
}

/** The container that answers the other nodes and takes this node's backups, and where they go. */
export function backupService(vars: NodeVars): TaskList {
  const shared = mounts(vars)
  return [
    docker(
      'backup service',
      {
        name: CONTAINER,
        image: vars.image,
        command: ['backup-service'],
        network: 'host',
        init: true,
        restart: 'unless-stopped',
        env: {
          POSTGRES_OVERLAY_IP: vars.address,
          POSTGRES_PORT: vars.port,
          BACKUP_TURN: vars.turn,
          ...policyEnv(vars.schedule),
        },
        volumes: [
          { ...shared.data, readOnly: true },
          shared.repository,
          shared.pgbackrest,
          shared.secrets,
          shared.socket,
          shared.lock,
          shared.state,
        ],
        tmpfs: { '/run/run-playbook': 'size=4m,mode=0700' },
        healthcheck: {
          command: `pgbackrest server-ping ${vars.address} --tls-server-port=${TLS_PORT}`,
          interval: 30,
          timeout: 10,
        },
        logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
      },
      { touches: [`docker:container/${CONTAINER}/**`] },
    ),
    pgbackrest.stanza('stanza', where),
  ]
}

/** A backup that can be used, and an archive that works. The services of all nodes have to be there. */
export function backupTasks(): TaskList {
  // Looser than the service's own timetable: this is for the first one, and for a service that does not do its work.
  const policy = { full: '9d', diff: '2d' } as const
  // As the service takes it: that leaves an account, expires behind the same lock, and has the copy off the site made.
  const backup = pgbackrest.backup('backup', { ...where, program: 'backup', policy })
  return [
    backup,
    // From the other end: a segment that PostgreSQL has just finished arrives.
    pgbackrest.check('archive works', { ...where, timeout: '60s' }, { when: changed(backup) }),
  ]
}
