import { type PostgresTarget, type Reader, ask, defineModule, z } from 'run-playbook'

export interface FollowedArgs {
  readonly on: PostgresTarget
  /** How many replicas streamed before. */
  readonly replicas: number
}

/**
 * Waits until the replicas stream again and have replayed what the primary wrote as it started, a minute at most: a standby that
 * is to be smaller than its primary was has to have read that the primary is smaller now.
 */
export const followed = defineModule<FollowedArgs, number>({
  name: 'postgres_followed',
  waits: true,
  args: z.strictObject({ on: z.custom<PostgresTarget>(), replicas: z.int().min(0) }),
  probe: ({ on }) => ask(streaming, serverOf(on), on),
  plan: ({ replicas }, count) => ({
    changes: count < replicas ? [{ what: 'streaming replicas', from: count, to: replicas }] : [],
    because: `${count} replicas stream`,
  }),
  apply: ({ on, replicas }) => [
    {
      on,
      sql: `DO $$
        DECLARE start pg_lsn := pg_current_wal_lsn();
        BEGIN
          FOR i IN 1..120 LOOP
            EXIT WHEN (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= start) >= ${replicas};
            PERFORM pg_sleep(0.5);
            PERFORM pg_stat_clear_snapshot();
          END LOOP;
        END $$`,
    },
  ],
  touches: ({ on }) => [`postgres:/${serverOf(on)}/replication`],
  // One that went away meanwhile is not this task's to mend.
  verify: () => [],
})

const streaming: Reader<number> = {
  name: 'postgres_streaming',
  channel: 'postgres',
  ask: () => "SELECT to_json(count(*)) FROM pg_stat_replication WHERE state = 'streaming'",
  parse: ({ stdout }, keys) => keys.map(() => Number(stdout.toString())),
  sees: (server) => [`postgres:/${server}/replication`],
}

const serverOf = ({ host, port = 5432 }: PostgresTarget): string => `${host}:${port}`
