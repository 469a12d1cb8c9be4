import { type Deferred, type Task, type TaskList, containers, docker, paths } from 'run-playbook'
import {
  ARCHIVE_CHECKED,
  CONFIG,
  type NodeRoleVars,
  PRIVILEGES,
  mounts,
  policyEnv,
} from 'run-playbook/cluster'
import { pgbackrest } from 'run-playbook/postgres'
import { archiveCheck } from './archive-check.ts'

const CONTAINER = 'pgbackrest'
const SERVER = 'pgbackrest-server'
const LOGGING = { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } }
/** Roles and slots of the server are nothing to it; a server that was started or promoted, or follows another one, is. */
const where = {
  container: CONTAINER,
  sees: [containers.at('postgres'), paths.at(`${CONFIG}/primary`)],
}

/** The containers that take this node's backups and that answer the other nodes, and where the backups go. */
export function backupService(vars: NodeRoleVars): TaskList {
  const shared = mounts(vars)
  return [
    docker(
      'backup service',
      {
        name: CONTAINER,
        image: vars.image,
        adopt: vars.adopt,
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
        ...PRIVILEGES,
        pidsLimit: 512,
        // It writes its account every 15 seconds.
        healthcheck: {
          command: 'find /var/lib/run-playbook/repository.json -mmin -3 | grep -q .',
          interval: 30,
          timeout: 10,
          startPeriod: 60,
        },
        logging: LOGGING,
      },
      { touches: [containers.at(CONTAINER)] },
    ),
    backupServer(vars),
    pgbackrest.stanza('stanza', { ...where, upgrade: vars.stanzaUpgrade }),
  ]
}

/**
 * What the other nodes ask for what a backup of a standby needs from its primary. Whoever has a certificate of one of them can have it
 * read and write any file, so that it has next to none: see docker/postgres/pgbackrest/backup-server.
 */
const backupServer = (vars: NodeRoleVars): TaskList => {
  const shared = mounts(vars)
  return [
    docker(
      'backup server',
      {
        name: SERVER,
        image: vars.image,
        adopt: vars.adopt,
        command: ['backup-server'],
        network: 'host',
        init: true,
        restart: 'unless-stopped',
        env: { POSTGRES_OVERLAY_IP: vars.address },
        volumes: [{ ...shared.data, readOnly: true }, shared.backupServer],
        readOnly: true,
        tmpfs: { '/run/run-playbook': 'size=1m,mode=0755', '/tmp/pgbackrest': 'size=64k,mode=1777' },
        // What its root needs to give the keys to postgres, to become postgres, and to tell the server to read them again.
        capDrop: ['ALL'],
        capAdd: ['CHOWN', 'KILL', 'SETGID', 'SETUID'],
        securityOpt: ['no-new-privileges'],
        pidsLimit: 256,
        healthcheck: { command: 'backup-server alive', interval: 30, timeout: 10 },
        logging: LOGGING,
      },
      { touches: [containers.at(SERVER)] },
    ),
  ]
}

/** A backup that can be used, and an archive that works. The services of all nodes have to be there. */
export function backupTasks({ archiveChecked }: { readonly archiveChecked: boolean }): TaskList {
  // Looser than the service's own timetable: this is for the first one, and for a service that does not do its work.
  const policy = { full: '9d', diff: '2d' } as const
  // As the service takes it: that leaves an account, expires behind the same lock, and has the copy off the site made.
  const backup = pgbackrest.backup('backup', { ...where, program: 'backup', policy })
  // From the other end: a segment that PostgreSQL has just finished arrives.
  const check = (when: boolean | Deferred<boolean>): Task =>
    pgbackrest.check('archive works', { ...where, timeout: '60s' }, { when })
  return [backup, archiveCheck({ backup, check, archiveChecked, mark: ARCHIVE_CHECKED })]
}
