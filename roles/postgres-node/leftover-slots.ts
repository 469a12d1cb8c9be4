import { defineModule, z } from 'run-playbook'
import { literal, postgresTarget, serverPart, serverReader, sql } from 'run-playbook/postgres'

/**
 * No replication slot is left of a node that does not follow this server (any more): it would keep WAL that nobody fetches.
 * Only slots with names of ours, `node_…`, are looked at.
 */
export const leftoverSlots = defineModule({
  name: 'postgres_leftover_slots',
  args: z.strictObject({
    on: postgresTarget,
    /** Slots that somebody needs. */
    keep: z.array(z.string()).readonly(),
  }),
  probe: ({ on }) => slots.ask(on),
  plan: ({ on, keep }, names) => {
    const leftover = names.filter((name) => !keep.includes(name))
    return {
      changes: leftover.map((name) => ({ what: 'slot', from: name, to: 'absent' })),
      because: 'no slot is left over',
      leaves: [
        slots.predict(
          on,
          names.filter((name) => keep.includes(name)),
        ),
      ],
    }
  },
  apply: ({ on, keep }, names) =>
    names.filter((name) => !keep.includes(name)).map((name) => sql(dropSlot(name), on)),
  touches: ({ on }) => [serverPart(on, 'slot')],
})

const slots = serverReader({
  name: 'postgres_leftover_slots',
  part: 'slot',
  select: `SELECT coalesce(json_agg(slot_name ORDER BY slot_name), '[]') FROM pg_replication_slots
     WHERE slot_type = 'physical' AND slot_name ~ '^node_[0-9_]+$'`,
  // Nothing else gets into the statement below, whatever the server answers.
  answer: z.array(z.string().regex(/^node_[0-9_]+$/)).readonly(),
})

// Whoever still uses it is not of this cluster any more; the connection ends a moment after it was told to.
const dropSlot = (name: string): string => `DO $$
  DECLARE process int;
  BEGIN
    FOR i IN 1..50 LOOP
      SELECT active_pid INTO process FROM pg_replication_slots WHERE slot_name = ${literal(name)};
      EXIT WHEN NOT FOUND;
      IF process IS NULL THEN PERFORM pg_drop_replication_slot(${literal(name)}); EXIT; END IF;
      PERFORM pg_terminate_backend(process);
      PERFORM pg_sleep(0.1);
    END LOOP;
  END $$`
