import type { Host } from 'run-playbook'
import { clusterOf } from '../../../lib/cluster/cluster.ts'
import { type NodeFact, nodeFact } from '../../../lib/cluster/facts/node.ts'
import type { ServerFact } from '../../../lib/cluster/facts/server.ts'

export const names = ['node-a', 'node-b', 'node-c'] as const
export const hosts = names.map((name, i) => ({
  name,
  address: `10.88.0.1${i + 1}`,
  groups: ['postgres'],
  connection: 'ssh',
  vars: {},
})) as unknown as Host[]
export const [a, b, c] = hosts as [Host, Host, Host]

/** Three nodes that say these things of themselves. */
export const cluster = (...facts: NodeFact[]) => clusterOf({ hosts, facts: { node: factsOf(...facts) } })

export const factsOf = (...facts: NodeFact[]): Record<string, NodeFact> =>
  Object.fromEntries(names.map((name, i) => [name, facts[i] ?? nodeFact.unknown]))

export const bare: NodeFact = { ...nodeFact.unknown, reached: true }
export const silent: NodeFact = nodeFact.unknown

const server: ServerFact = {
  recovery: false,
  timeline: 1,
  position: 1000n,
  replayed: null,
  replaying: false,
  receiver: null,
  upstream: null,
  upstreamAnswers: false,
  followers: [],
  slots: [],
  oldestWal: 0n,
  capacity: {},
  configured: {},
  overrides: {},
  paused: false,
  pendingRestart: [],
  databases: [],
  withPassword: [],
}

type More = Partial<Omit<NodeFact, 'server'>> & { server?: Partial<ServerFact> | undefined }

const node = (disk: 'primary' | 'replica', own: Partial<ServerFact>, more: More): NodeFact => ({
  ...bare,
  disk,
  data: more.fence === undefined ? disk : 'fenced',
  systemId: '7001',
  timeline: 1,
  container: 'running',
  ...more,
  server: 'server' in more && more.server === undefined ? undefined : { ...server, ...own, ...more.server },
})

/** A primary that accepts writes. */
export const primary = (more: More = {}): NodeFact => node('primary', {}, more)

/** A replica that streams from node-a and has everything. */
export const replica = (more: More = {}): NodeFact =>
  node(
    'replica',
    {
      recovery: true,
      replayed: 1000n,
      receiver: 'streaming',
      upstream: '10.88.0.11',
      upstreamAnswers: true,
    },
    more,
  )

/** A replica whose primary is gone. */
export const orphan = (position: number, more: More = {}): NodeFact =>
  replica({
    ...more,
    server: {
      receiver: null,
      upstreamAnswers: false,
      position: BigInt(position),
      replayed: BigInt(position),
      ...more.server,
    },
  })
