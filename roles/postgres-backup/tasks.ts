import { type TaskList, changed, containers, docker, file, paths, sh } from 'run-playbook'
import { ARCHIVE_CHECKED, CONFIG, type NodeRoleVars, mounts, policyEnv } from 'run-playbook/cluster'
import { pgbackrest } from 'run-playbook/postgres'
import { TLS_PORT } from '../postgres-node/pgbackrest.ts'

const CONTAINER = 'pgbackrest'
/** Roles and slots of the server are nothing to it; a server that was started or promoted, or follows another one, is. */
const where = {
  container: CONTAINER,
  sees: [containers.at('postgres'), paths.at(`${CONFIG}/primary`)],
}

/** The container that answers the other nodes and takes this node's backups, and where they go. */
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
        healthcheck: {
          // Docker asks as root, for whom pgBackRest does not work since 2.59.
          command: sh`. /usr/local/lib/run-playbook/common.sh; _as_postgres pgbackrest server-ping ${vars.address} --tls-server-port=${TLS_PORT}`,
          interval: 30,
          timeout: 10,
        },
        logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
      },
      { touches: [containers.at(CONTAINER)] },
    ),
    pgbackrest.stanza('stanza', where),
  ]
}

/** A backup that can be used, and an archive that works. The services of all nodes have to be there. */
export function backupTasks({ archiveChecked }: { readonly archiveChecked: boolean }): TaskList {
  // Looser than the service's own timetable: this is for the first one, and for a service that does not do its work.
  const policy = { full: '9d', diff: '2d' } as const
  // As the service takes it: that leaves an account, expires behind the same lock, and has the copy off the site made.
  const backup = pgbackrest.backup('backup', { ...where, program: 'backup', policy })
  return [
    backup,
    // A check that fails, or that nobody waited for, is owed: the next run finds no mark.
    file('check is due', { path: ARCHIVE_CHECKED, state: 'absent' }, { when: changed(backup) }),
    // From the other end: a segment that PostgreSQL has just finished arrives.
    pgbackrest.check(
      'archive works',
      { ...where, timeout: '60s' },
      { when: archiveChecked ? changed(backup) : true },
    ),
    file('archive was checked', { path: ARCHIVE_CHECKED, state: 'file' }),
  ]
}
