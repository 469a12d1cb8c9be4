import type { HealthView } from './health-checks.ts'
import type { Status } from '../../../lib/cluster/status/schema.ts'

const STATES = {
  running: 'running',
  starting: 'starting',
  stopping: 'stopping',
  refusing: 'stopped',
  unreachable: 'stopped',
} as const

/** The body of a health check, in Patroni's words. */
export function patroniBody({
  status: { postgres, replication, node },
}: Pick<HealthView, 'status'>): unknown {
  const { up, role, walPosition, replayPaused } = postgres
  return {
    state: STATES[postgres.state],
    postmaster_start_time: postgres.startedAt,
    role: role ?? 'uninitialized',
    server_version: postgres.versionNumber,
    xlog:
      role === 'primary'
        ? { location: walPosition }
        : { replayed_location: walPosition, paused: replayPaused, lag: replication.lagBytes },
    timeline: postgres.timeline,
    ...(up &&
      role === 'replica' && { replication_state: replication.receiver?.status ?? 'in archive recovery' }),
    replication: replication.standbys.map(({ name, address, state, syncState }) => ({
      application_name: name,
      client_addr: address,
      state,
      sync_state: syncState,
    })),
    database_system_identifier: postgres.systemIdentifier,
    name: node.name,
  }
}

/** `GET /cluster`: who is there, in Patroni's words. */
export function clusterBody({ status, peers, config }: HealthView): unknown {
  const member = (name: string, host: string, one: Status | undefined, reached: boolean) => {
    const { postgres, replication } = one ?? {}
    const streams = postgres?.role === 'replica' && replication?.receiver?.status === 'streaming'
    const up = reached && postgres?.up === true
    return {
      name,
      role: postgres?.role === 'primary' ? 'leader' : 'replica',
      state: !reached ? 'unknown' : up && streams ? 'streaming' : postgres && STATES[postgres.state],
      api_url: `http://${host}:${config.port}/patroni`,
      host,
      port: config.postgres.port,
      timeline: postgres?.timeline ?? 'unknown',
      ...(postgres?.role !== 'primary' && { lag: (reached ? replication?.lagBytes : null) ?? 'unknown' }),
    }
  }
  return {
    members: [
      member(status.node.name, status.node.address, status, true),
      ...peers.map(({ node, status: peer, failure }) =>
        member(node.name, node.address, peer, failure === undefined),
      ),
    ],
  }
}
