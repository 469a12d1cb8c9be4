import type { ErrorCodes } from './error-code.ts'

/** PostgreSQL and pgBackRest. */
export const postgres = {
  E_PGBACKREST: [
    'pgBackRest failed, or is not where the task looks for it.',
    'Run the command in the message on the host.',
  ],
  E_PGBACKREST_DAMAGED: [
    'A backup holds pages with a wrong checksum: the data folder is damaged.',
    'Check the disk, and keep the older backups.',
  ],
  E_PGBACKREST_IN_USE: ['PostgreSQL runs on the folder that is to be restored into.', 'Stop it.'],
  E_PGBACKREST_NOT_EMPTY: [
    'The folder that is to be restored into is not empty.',
    'Move its content aside, or set `overwrite: true`.',
  ],
  E_PGBACKREST_STANZA: [
    'There is no stanza, or it belongs to another cluster.',
    'Create it with `pgbackrest.stanza(…)`; read the message before you replace one.',
  ],
  E_PGBACKREST_TARGET: [
    'No backup leads to the point that is to be restored.',
    'Choose a later time, or another backup.',
  ],
  E_POSTGRES_ANSWER: [
    'The answer of the server could not be read.',
    'Report it, with the version of PostgreSQL.',
  ],
  E_POSTGRES_AUTH: [
    'PostgreSQL refused the login.',
    'Check pg_hba.conf, and that the password in the secrets is the one of the server.',
  ],
  E_POSTGRES_CONFIG: [
    'PostgreSQL refuses its configuration files.',
    'Correct the files; the server goes on with what it read before.',
  ],
  E_POSTGRES_DATABASE: [
    'The database does not exist.',
    'Create it with `postgresDatabase(…)` in an earlier task.',
  ],
  E_POSTGRES_DATABASE_IN_USE: [
    'The database is to be dropped and has connections.',
    'Stop its clients, or use `force: true`.',
  ],
  E_POSTGRES_FUNCTION: [
    'The database has no function with this name and these argument types.',
    'Name it as `\\df` shows it.',
  ],
  E_POSTGRES_LOCALE: [
    'Encoding and locale of a database cannot be changed.',
    'Create a new database and copy the data, or correct the task.',
  ],
  E_POSTGRES_NOT_READY: [
    'PostgreSQL will not become ready: its container is missing, stopped or restarting.',
    'Run `docker logs CONTAINER` on the host.',
  ],
  E_POSTGRES_QUERY: [
    'A statement failed, or its rows are not what the task expects.',
    'Read the message of PostgreSQL.',
  ],
  E_POSTGRES_RESTART: [
    'Settings changed that need a restart.',
    'Name the container in the task, or restart PostgreSQL yourself.',
  ],
  E_POSTGRES_SLOT: ['A replication slot is of another kind, or in use.', 'Drop it or stop its user first.'],
  E_POSTGRES_STARTING: [
    'PostgreSQL is starting up or shutting down.',
    'Put `waitForPostgres(…)` before the task, or run again.',
  ],
  E_POSTGRES_UNREACHABLE: [
    'PostgreSQL cannot be reached from its host.',
    'Check that it runs and listens on the address.',
  ],
} as const satisfies ErrorCodes
