import { type PostgresTarget, type Reader, ask, defineModule, z } from 'run-playbook'

export interface LeftoverSlotsArgs {
  readonly on: PostgresTarget
  /** Slots that somebody needs. */
  readonly keep: readonly string[]
}

/**
 * No replication slot is left of a node that does not follow this server (any more): it would keep WAL that nobody fetches.
 * Only slots with names of ours, `node_…`, are looked at.
 */
export const leftoverSlots = defineModule<LeftoverSlotsArgs, readonly string[]>({
  name: 'postgres_leftover_slots',
  args: z.strictObject({ on: z.custom<PostgresTarget>(), keep: z.array(z.string()) }),
  probe: ({ on }) => ask(slots, serverOf(on), on),
  plan: ({ keep }, names) => {
    const leftover = names.filter((name) => !keep.includes(name))
    return {
      changes: leftover.map((name) => ({ what: 'slot', from: name, to: 'absent' })),
      because: 'no slot is left over',
    }
  },
  apply: ({ on, keep }, names) =>
    names.filter((name) => !keep.includes(name)).map((name) => ({ on, sql: drop(name) })),
  touches: ({ on }) => [`postgres:/${serverOf(on)}/slot/**`],
})

const slots: Reader<readonly string[]> = {
  name: 'postgres_leftover_slots',
  channel: 'postgres',
  ask: () =>
    `SELECT coalesce(json_agg(slot_name ORDER BY slot_name), '[]') FROM pg_replication_slots
     WHERE slot_type = 'physical' AND slot_name ~ '^node_[0-9_]+$'`,
  parse: ({ stdout }, keys) => keys.map(() => z.array(z.string()).parse(JSON.parse(stdout.toString()))),
  sees: (server) => [`postgres:/${server}/slot/**`],
}

const serverOf = ({ host, port = 5432 }: PostgresTarget): string => `${host}:${port}`

// Whoever still uses it is not of this cluster any more; the connection ends a moment after it was told to.
const drop = (name: string): string => `DO $$
  DECLARE process int;
  BEGIN
    FOR i IN 1..50 LOOP
      SELECT active_pid INTO process FROM pg_replication_slots WHERE slot_name = '${name}';
      EXIT WHEN NOT FOUND;
      IF process IS NULL THEN PERFORM pg_drop_replication_slot('${name}'); EXIT; END IF;
      PERFORM pg_terminate_backend(process);
      PERFORM pg_sleep(0.1);
    END LOOP;
  END $$`
