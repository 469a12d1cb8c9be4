import type { NodeVars } from './vars/node.ts'

/** PostgreSQL's configuration on the node. */
export const CONFIG = '/etc/run-playbook/postgres'
/** The key and the certificate that PostgreSQL shows its clients, one after the other. */
export const SERVER_CERTIFICATE = `${CONFIG}/server.pem`
/** What clients' certificates are checked with: the authority, and the list of what it revoked. */
export const CLIENT_AUTHORITY = `${CONFIG}/clients.pem`
/** pgBackRest's configuration on the node. */
export const PGBACKREST = '/etc/run-playbook/pgbackrest'
/** All that the container has that other nodes ask for what a backup needs: its configuration, its keys, one password. */
export const BACKUP_SERVER = '/etc/run-playbook/backup-server'
/** Passwords and keys, for root alone. */
export const SECRETS = '/etc/run-playbook/secrets'
/** What the containers of a node share: PostgreSQL's socket, pgBackRest's locks, what the status shows. */
export const SHARED = '/var/lib/run-playbook/postgres'

/** In the containers: what is wrong with the files of TLS. Beside the socket of PostgreSQL, which the status service has too. */
export const TLS_REPORT = '/var/run/postgresql/tls.json'
/** The configuration of the object store on the node. Its containers have it as /etc/pgbackrest/object-store.conf. */
export const OBJECT_STORE = `${PGBACKREST}/object-store.conf`
/** The authority of the object store's certificate. */
export const OBJECT_STORE_CA = `${PGBACKREST}/object-store-ca.crt`

/** What PgBouncer reads, in a folder that only root enters: in the container the files belong to a number. */
export const POOLER = '/etc/run-playbook/pgbouncer'
export const POOLER_CONFIG = `${POOLER}/conf`
/** Where it says how it is: the status service sees it. */
export const POOLER_STATE = `${SHARED}/state/pooler`

/** Left when `pgbackrest check` went well after the last backup that a run took. */
export const ARCHIVE_CHECKED = `${SHARED}/archive-checked`

/** Mounts of every container that works with the database and its repository. */
export const mounts = (vars: Pick<NodeVars, 'dataDir' | 'backupDir'>) => ({
  data: { source: vars.dataDir, target: '/var/lib/postgresql/data' },
  repository: { source: vars.backupDir, target: '/var/lib/pgbackrest' },
  config: { source: CONFIG, target: '/etc/postgresql', readOnly: true },
  pgbackrest: { source: PGBACKREST, target: '/etc/pgbackrest', readOnly: true },
  backupServer: { source: BACKUP_SERVER, target: '/etc/pgbackrest', readOnly: true },
  secrets: { source: SECRETS, target: '/run/secrets', readOnly: true },
  socket: { source: `${SHARED}/socket`, target: '/var/run/postgresql' },
  lock: { source: `${SHARED}/lock`, target: '/tmp/pgbackrest' },
  state: { source: `${SHARED}/state`, target: '/var/lib/run-playbook' },
})
