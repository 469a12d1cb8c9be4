import { type PostgresTarget, type Reader, UserError, ask, defineModule, z } from 'run-playbook'

export interface BackupFreeArgs {
  readonly on: PostgresTarget
  /** How long to wait for a backup that is running. */
  readonly seconds: number
}

/** No backup is running that a promotion would break off. Waits for one that is nearly done. */
export const backupFree = defineModule<BackupFreeArgs, number>({
  name: 'postgres_backup_free',
  waits: true,
  args: z.strictObject({ on: z.custom<PostgresTarget>(), seconds: z.int().min(0) }),
  probe: ({ on }) => ask(running, `${on.host}:${on.port ?? 5432}`, on),
  plan: (_args, backups) => ({
    changes: backups === 0 ? [] : [{ what: 'backups', from: backups, to: 0 }],
    because: 'no backup is running',
  }),
  apply: ({ on, seconds }) => [
    {
      on,
      sql: `DO $$ BEGIN
        FOR i IN 1..${seconds * 2} LOOP
          EXIT WHEN ${BACKUPS} = 0;
          PERFORM pg_sleep(0.5);
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$`,
    },
  ],
  touches: ({ on }) => [`postgres:/${on.host}:${on.port ?? 5432}/backups`],
  verify: ({ seconds }, _before, backups) => {
    if (backups === 0) return []
    throw new UserError(
      'E_BACKUP_RUNNING',
      `a backup is still running after ${seconds} s, and a promotion would break it off`,
      {
        hint: 'Nothing was changed. Run again when it is done.',
      },
    )
  },
})

// pgBackRest's own sessions, and pg_basebackup's.
const BACKUPS = `((SELECT count(*) FROM pg_stat_progress_basebackup)
  + (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgBackRest [[]backup]%'))`

const running: Reader<number> = {
  name: 'postgres_backups',
  channel: 'postgres',
  ask: () => `SELECT to_json(${BACKUPS})`,
  parse: ({ stdout }, keys) => keys.map(() => Number(stdout.toString())),
  sees: (server) => [`postgres:/${server}/backups`],
}
