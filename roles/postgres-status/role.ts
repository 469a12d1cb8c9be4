import { type Reader, ask, defineModule, defineRole, secretValue, z } from 'run-playbook'
import type { PostgresTarget } from 'run-playbook'

/** One line about a node: its role, whom it follows or who follows it. Changes nothing. */
export const postgresStatus = defineRole({
  name: 'postgres-status',
  vars: z.strictObject({
    address: z.string(),
    /** What the node's disk says; without data there is no server to ask. */
    data: z.enum(['none', 'primary', 'replica', 'fenced']),
    password: secretValue,
  }),
  tasks: ({ address, data, password }) => [
    data === 'none'
      ? nothing('postgres', { address })
      : serverStatus('postgres', { on: { host: address, user: 'postgres', password } }),
  ],
})

interface Standby {
  readonly name: string
  readonly state: string
  readonly lagBytes: number | null
  readonly slot: string | null
}

interface Server {
  readonly version: string
  readonly timeline: number
  readonly standby: boolean
  readonly sender: string | null
  readonly receiver: string | null
  readonly lagBytes: number | null
  readonly standbys: readonly Standby[]
  readonly connections: number
  readonly maxConnections: number
}

const server: Reader<Server> = {
  name: 'server-status',
  channel: 'postgres',
  ask: () => `(SELECT json_build_object(
    'version', current_setting('server_version'),
    'timeline', (SELECT timeline_id FROM pg_control_checkpoint()),
    'standby', pg_is_in_recovery(),
    'sender', (SELECT sender_host FROM pg_stat_wal_receiver),
    'receiver', (SELECT status FROM pg_stat_wal_receiver),
    'lagBytes', pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint,
    'standbys', (SELECT coalesce(json_agg(json_build_object(
       'name', application_name, 'state', state, 'slot', slot_name,
       'lagBytes', CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint END
      ) ORDER BY application_name), '[]') FROM pg_stat_replication LEFT JOIN pg_replication_slots ON active_pid = pid),
    'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    'maxConnections', current_setting('max_connections')::int))`,
  parse: ({ stdout }, keys) => {
    const status = JSON.parse(stdout.toString()) as Server
    return keys.map(() => status)
  },
  sees: () => ['postgres:/**'],
}

const serverStatus = defineModule<{ readonly on: PostgresTarget }, Server>({
  name: 'postgres_status',
  args: z.strictObject({ on: z.custom<PostgresTarget>() }),
  probe: ({ on }) => ask(server, '', on),
  plan: (_args, state) => ({ changes: [], because: describe(state) }),
  apply: () => [],
  touches: () => [],
})

const nothing = defineModule<{ readonly address: string }, undefined>({
  name: 'postgres_status',
  args: z.strictObject({ address: z.string() }),
  probe: () => ({ questions: [], parse: () => undefined }),
  plan: ({ address }) => ({ changes: [], because: `no PostgreSQL data on ${address}: run site first` }),
  apply: () => [],
  touches: () => [],
})

function describe(state: Server): string {
  const { version, timeline, standby, connections, maxConnections } = state
  const common = `PostgreSQL ${version.split(' ')[0]}, timeline ${timeline}, ${connections} of ${maxConnections} connections`
  return standby ? `replica ${receiving(state)} · ${common}` : `primary ${followers(state)} · ${common}`
}

function receiving({ receiver, sender, lagBytes }: Server): string {
  if (receiver === null) return 'without a connection to its primary (lag unknown)'
  return `${receiver} from ${sender}, ${lagBytes ?? 'unknown'} bytes to replay`
}

function followers({ standbys }: Server): string {
  if (standbys.length === 0) return 'with no replica connected'
  const each = standbys.map(
    ({ name, state, slot, lagBytes }) =>
      `${name} ${state} ${slot === null ? 'without a slot' : 'by its slot'}, ${lagBytes} bytes behind`,
  )
  return `with ${each.join('; ')}`
}
