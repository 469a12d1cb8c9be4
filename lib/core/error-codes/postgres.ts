import type { ErrorCodes } from './error-code.ts'

/** PostgreSQL and pgBackRest. */
export const postgres = {
  E_PGBACKREST: [
    'pgBackRest failed, or was not found where the task looks for it.',
    'Run the command in the message on the host.',
  ],
  E_PGBACKREST_DAMAGED: [
    'A backup contains pages with invalid checksums: the data directory is damaged.',
    'Check the disk, and keep the older backups.',
  ],
  E_PGBACKREST_IN_USE: [
    'PostgreSQL is running in the directory that is to be restored into.',
    'Stop PostgreSQL first.',
  ],
  E_PGBACKREST_NOT_EMPTY: [
    'The directory that is to be restored into is not empty.',
    'Move its contents aside, or set `overwrite: true`.',
  ],
  E_PGBACKREST_STANZA: [
    'There is no stanza, or it belongs to another cluster.',
    'Create it with `pgbackrest.stanza(…)`; read the message before you replace one.',
  ],
  E_PGBACKREST_TARGET: [
    'The target cannot be restored from any backup.',
    'Choose a later time, or another backup.',
  ],
  E_POSTGRES_ANSWER: [
    'The response of the server could not be parsed.',
    'Report a bug, with the version of PostgreSQL.',
  ],
  E_POSTGRES_AUTH: [
    'PostgreSQL refused the login.',
    'Check pg_hba.conf, and that the password in the secrets matches the one on the server.',
  ],
  E_POSTGRES_CONFIG: [
    'PostgreSQL rejected its configuration files.',
    'Correct the files; until then, the server keeps running with the previous configuration.',
  ],
  E_POSTGRES_DATABASE: [
    'The database does not exist.',
    'Create it with `postgresDatabase(…)` in an earlier task.',
  ],
  E_POSTGRES_DATABASE_IN_USE: [
    'The database to be dropped still has connections.',
    'Disconnect its clients, or use `force: true`.',
  ],
  E_POSTGRES_FUNCTION: [
    'The database has no function with this name and these argument types.',
    'Write the name and the argument types as `\\df` in psql shows them.',
  ],
  E_POSTGRES_LOCALE: [
    'The encoding and locale of an existing database cannot be changed.',
    'Create a new database and copy the data, or correct the task.',
  ],
  E_POSTGRES_NOT_READY: [
    'PostgreSQL cannot become ready, because its container is missing, stopped or keeps restarting.',
    'Read `docker logs CONTAINER` on the host.',
  ],
  E_POSTGRES_QUERY: [
    'A statement failed, or it did not return the rows that the task expects.',
    'Read the PostgreSQL error message, and correct the statement.',
  ],
  E_POSTGRES_RESTART: [
    'Changed settings require a restart.',
    'Set `container` in the task, so that PostgreSQL is restarted, or restart it yourself.',
  ],
  E_POSTGRES_SLOT: [
    'A replication slot is of the wrong type, or in use.',
    'Stop its consumer, or drop the slot.',
  ],
  E_POSTGRES_STARTING: [
    'PostgreSQL is starting up or shutting down.',
    'Add `waitForPostgres(…)` before the task, or run the playbook again.',
  ],
  E_POSTGRES_UNREACHABLE: [
    'PostgreSQL cannot be reached from its host.',
    'Check that PostgreSQL is running and listens on the address in the message.',
  ],
} as const satisfies ErrorCodes
