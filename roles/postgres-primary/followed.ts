import { defineModule, z } from 'run-playbook'
import { postgresTarget, serverPart, serverReader } from 'run-playbook/postgres'

/**
 * Waits until the replicas stream again and have replayed what the primary wrote as it started: a standby that is to be
 * smaller than its primary was has to have read that the primary is smaller now.
 */
export const followed = defineModule({
  name: 'postgres_followed',
  args: z.strictObject({
    on: postgresTarget,
    /** How many replicas streamed before. */
    replicas: z.int().min(0),
  }),
  probe: ({ on }) => following.ask(on),
  plan: ({ on, replicas }, count) => ({
    changes: count < replicas ? [{ what: 'replicas that follow', from: count, to: replicas }] : [],
    because: `${count} ${count === 1 ? 'replica follows' : 'replicas follow'}`,
    leaves: [following.predict(on, replicas)],
  }),
  apply: () => [],
  waits: () => ({ timeoutMs: 60_000, delayMs: 500 }),
  touches: ({ on }) => [serverPart(on, 'replication')],
})

// One that streams was sent all that the primary had when it connected. It has replayed that when it has replayed all that
// it was sent since, or something that the primary wrote later.
const following = serverReader({
  name: 'postgres_following',
  part: 'replication',
  select: `SELECT to_json(count(*)) FROM pg_stat_replication WHERE state = 'streaming'
    AND (replay_lsn >= sent_lsn OR reply_time - replay_lag > backend_start)`,
  answer: z.number(),
})
