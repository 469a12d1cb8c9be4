import assert from 'node:assert/strict'
import { CHECKS, type HealthView } from '../../../docker/status/http/health-checks.ts'
import { parseConfig } from '../../../lib/cluster/status/config.ts'
import type { Peer, Standby, Status } from '../../../lib/cluster/status/schema.ts'
import { cluster } from '../../../lib/cluster/status/warnings/cluster.ts'
import { good, publicKey, worthless } from '../cluster/promotion/statements.ts'

const known = (name: string, last: number) => ({
  name,
  address: `10.88.0.${last}`,
  replicationName: `node_10_88_0_${last}`,
})
const [a, b, c] = [known('node-a', 11), known('node-b', 12), known('node-c', 13)]

const standby = ({ address, replicationName, name }: typeof a, state = 'streaming'): Standby => ({
  name: replicationName,
  node: name,
  address,
  state,
  syncState: 'async',
  lagBytes: 0,
  lagSeconds: 0,
  replyAgeSeconds: 0,
})

interface Seen {
  peer?: Partial<Peer>
  standbys?: readonly Standby[]
  promotionKey?: string | null
}

/** Whether node-a, the primary on timeline 5, answers that it is, and what it warns of, when node-b is a primary on timeline 6. */
function judge({ peer = {}, standbys = [standby(b), standby(c)], promotionKey = publicKey }: Seen) {
  const config = parseConfig({ node: a, peers: [b, c], listen: a.address, promotionKey })
  const said: Peer = {
    name: b.name,
    address: b.address,
    reached: true,
    reason: null,
    at: null,
    role: 'primary',
    up: true,
    timeline: 6,
    systemIdentifier: '7001',
    promotion: null,
    ...peer,
  }
  const status = {
    node: { name: a.name, address: a.address },
    postgres: { up: true, role: 'primary', timeline: 5, systemIdentifier: '7001' },
    replication: { standbys },
    peers: [said],
  } as unknown as Status
  const view: HealthView = { status, peers: [], config }
  return {
    primary: CHECKS.get('/primary')?.(view, new URLSearchParams()),
    disputes: cluster(status, config).flatMap((one) =>
      one && one.code === 'promotion-unsigned' ? [one] : [],
    ),
  }
}

describe('the status of a primary, when another node says that it is the primary,', () => {
  it('gives way to what the operator has signed, whoever hands it on', () => {
    for (const role of ['primary', 'replica'] as const)
      assert.deepEqual(judge({ peer: { role, promotion: good } }), { primary: false, disputes: [] })
  })

  for (const [what, promotion] of Object.entries(worthless))
    it(`stays the primary for ${what} while another node follows it, and warns`, () => {
      const { primary, disputes } = judge({ peer: { promotion } })
      assert.equal(primary, true)
      assert.equal(disputes[0]?.severity, 'critical')
      assert.match(
        disputes[0]?.message ?? '',
        /^node-b says that it is the primary on timeline 6, but run-playbook has not signed that promotion, and node-c still follows/,
      )
    })

  it('gives way where no other node follows it', () => {
    for (const standbys of [[], [standby(b)], [standby(c, 'catchup')], [standby(known('x', 99))]])
      assert.deepEqual(judge({ standbys }), { primary: false, disputes: [] })
  })

  it('gives way in a cluster that has no key yet, as before', () => {
    assert.deepEqual(judge({ promotionKey: null }), { primary: false, disputes: [] })
  })

  it('stays for whoever is no primary, not reached, of another cluster, or not on a later timeline', () => {
    const none = { primary: true, disputes: [] }
    const others: Partial<Peer>[] = [
      { role: 'replica' },
      { reached: false },
      { up: false },
      { up: null },
      { systemIdentifier: '7002', promotion: good },
      { timeline: 5, promotion: good },
      { timeline: null, promotion: good },
    ]
    for (const peer of others) assert.deepEqual(judge({ peer, standbys: [] }), none, JSON.stringify(peer))
  })
})
