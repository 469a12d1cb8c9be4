import { containers, defineModule, z } from 'run-playbook'
import { literal, postgresTarget, serverReader, sql, wholeServer } from 'run-playbook/postgres'

/** The server accepts writes, and has a slot for every server that is to follow it. */
export const promoted = defineModule({
  name: 'postgres_promoted',
  args: z.strictObject({
    on: postgresTarget,
    /** Slots that its replicas will need at once. */
    slots: z.array(z.string()),
    /** Whom it takes over from, in words. */
    from: z.string(),
  }),
  probe: ({ on }) => recovery.ask(on),
  plan: ({ on, from }, inRecovery) => ({
    changes: inRecovery ? [{ what: 'role', from: 'replica', to: `primary after ${from}` }] : [],
    because: 'it is the primary',
    leaves: [recovery.predict(on, false)],
  }),
  // Only pg_promote begins a new timeline. Removing standby.signal would not, and nobody could tell the histories apart. It
  // waits itself: the slots have to be there in the moment in which the server accepts writes.
  apply: ({ on, slots }) => [
    sql(
      `DO $$ BEGIN
        IF pg_is_in_recovery() AND NOT pg_promote(true, 60) THEN
          RAISE 'the server was not promoted within a minute' USING HINT = 'Its log says why; then run the playbook again.';
        END IF;
      END $$`,
      on,
    ),
    ...slots.map((slot) =>
      sql(
        `SELECT pg_create_physical_replication_slot(${literal(slot)}, true)
        WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ${literal(slot)})`,
        on,
      ),
    ),
  ],
  touches: ({ on }) => [...wholeServer(on), containers.at('postgres')],
})

const recovery = serverReader({
  name: 'postgres_recovery',
  part: 'recovery',
  select: 'SELECT to_json(pg_is_in_recovery())',
  answer: z.boolean(),
})
