import { defineModule, z } from 'run-playbook'
import { postgresTarget, serverPart, serverReader } from 'run-playbook/postgres'

/** Waits until no backup runs that a promotion would break off. */
export const backupFree = defineModule({
  name: 'postgres_backup_free',
  args: z.strictObject({
    on: postgresTarget,
    /** How long to wait for a backup that is running. */
    seconds: z.int().min(0),
  }),
  probe: ({ on }) => backups.ask(on),
  plan: ({ on }, count) => ({
    changes: count === 0 ? [] : [{ what: 'the number of running backups', from: count, to: 0 }],
    because:
      count === 0
        ? 'no backup is running'
        : 'A promotion would break the backup off. Nothing was changed. Run again when it is done.',
    leaves: [backups.predict(on, 0)],
  }),
  apply: () => [],
  waits: ({ seconds }) => ({ timeoutMs: seconds * 1000, delayMs: 500 }),
  touches: ({ on }) => [serverPart(on, 'backups')],
})

// pgBackRest's own sessions, and pg_basebackup's.
const backups = serverReader({
  name: 'postgres_backups',
  part: 'backups',
  select: `SELECT to_json((SELECT count(*) FROM pg_stat_progress_basebackup)
    + (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgBackRest [[]backup]%'))`,
  answer: z.number(),
})
