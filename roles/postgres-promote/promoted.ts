import { type PostgresTarget, type Reader, ask, defineModule, z } from 'run-playbook'

export interface PromotedArgs {
  readonly on: PostgresTarget
  /** Slots that its replicas will need at once. */
  readonly slots: readonly string[]
  /** Whom it takes over from, in words. */
  readonly from: string
}

/** The server accepts writes, and has a slot for everybody who is to follow it. */
export const promoted = defineModule<PromotedArgs, boolean>({
  name: 'postgres_promoted',
  args: z.strictObject({ on: z.custom<PostgresTarget>(), slots: z.array(z.string()), from: z.string() }),
  probe: ({ on }) => ask(recovery, `${on.host}:${on.port ?? 5432}`, on),
  plan: ({ from }, inRecovery) => ({
    changes: inRecovery ? [{ what: 'role', from: 'replica', to: `primary after ${from}` }] : [],
    because: 'it is the primary',
  }),
  // Only pg_promote begins a new timeline. Removing standby.signal would not, and nobody could tell the histories apart.
  apply: ({ on, slots }) => [
    {
      on,
      sql: `DO $$ BEGIN
        IF pg_is_in_recovery() AND NOT pg_promote(true, 60) THEN
          RAISE 'the server was not promoted within a minute' USING HINT = 'Its log says why; run again to go on.';
        END IF;
      END $$`,
    },
    ...slots.map((slot) => ({
      on,
      sql: `SELECT pg_create_physical_replication_slot('${slot}', true)
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '${slot}')`,
    })),
  ],
  touches: ({ on }) => [`postgres:/${on.host}:${on.port ?? 5432}/**`, 'docker:container/postgres/**'],
})

const recovery: Reader<boolean> = {
  name: 'postgres_recovery',
  channel: 'postgres',
  ask: () => 'SELECT to_json(pg_is_in_recovery())',
  parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim() === 'true'),
  sees: (server) => [`postgres:/${server}/recovery`],
}
