import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import type { Order } from '../../../../lib/cluster/restore/order.ts'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { abortPromotionPlays } from '../../../../playbooks/plays/abort-promotion.ts'
import { abortReclonePlays } from '../../../../playbooks/plays/abort-reclone.ts'
import { abortRestorePlays } from '../../../../playbooks/plays/abort-restore.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, bare, c, factsOf, hosts, orphan, primary, replica, silent } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

describe('the plays of an abort', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (facts: NodeFact[], limited: readonly Host[] = hosts): ClusterContext => ({
    vars: clusterVars.parse({}),
    hosts,
    limited,
    facts: { node: factsOf(...facts) },
    secrets,
    stateDir: home.stateDir,
  })
  const done = (plays: readonly Play[], host: Host) => tasksOf(plays, host).map(({ name }) => name)

  it('of a promotion keep the successor a replica before they open the old primary', () => {
    const fence = 'node-b (10.88.0.12), 2026-11-24T14:03:00Z'
    const closed = primary({ fence, server: undefined, container: 'exited', clean: true })
    const plays = abortPromotionPlays(context([closed, orphan(1000), orphan(1000)]), 'node-b')
    assert.deepEqual(
      plays.map(({ name, hosts: of, anyErrorsFatal = false }) => [name, of, anyErrorsFatal]),
      [
        ['node-b stays a replica', [b], true],
        ['node-a is the primary again', [a], false],
      ],
    )
    assert.deepEqual(done(plays, b), ['restart as a replica'])
    assert.deepEqual(done(plays, a), ['primary again', 'is followed'])
    assert.throws(() => abortPromotionPlays(context([closed, orphan(1000)], [a]), 'node-b'), {
      code: 'E_LIMITED',
    })
  })

  it('of a restore open nothing before all nodes have what they had, and take the order away last', () => {
    const order: Order = {
      id: 'one',
      node: 'node-b',
      to: '',
      wish: '',
      options: [],
      keep: true,
      abortable: true,
    }
    const plays = abortRestorePlays({ hosts }, { kind: 'back', order, hosts: [a, b], primary: a })
    assert.deepEqual(
      plays.map(({ name, anyErrorsFatal }) => [name, anyErrorsFatal]),
      [
        ['old data', true],
        ['old cluster, node-a is its primary', true],
        ['end', true],
      ],
    )
    const names = done(plays, b)
    assert.deepEqual(names.slice(0, 3), [
      'old data and old repository back',
      'accepts connections again',
      'no mark',
    ])
    // Without the others a restore that is over could be taken for one that can be aborted.
    const last = names.indexOf('no order')
    for (const mark of ['no word of its point of no return', 'no word of an abort'])
      assert.ok(last < names.indexOf(mark), mark)
    assert.deepEqual(done(plays, c), [])
  })

  describe('of a re-clone', () => {
    const cloning = replica({ rejoining: true, server: undefined })
    const plays = (node: NodeFact, limited = [c]) =>
      abortReclonePlays(context([primary(), replica(), node], limited))
    const refused = (message: RegExp, node: NodeFact) =>
      assert.throws(() => plays(node), { code: 'E_ABORT', message, hint: /Nothing was changed/ })

    it('have the node keep its data', () => {
      assert.deepEqual(done(plays(cloning), c), ['keeps its data'])
      assert.deepEqual(done(plays(cloning), b), [])
    })

    it('say that none was begun', () => {
      const [play] = plays(replica())
      assert.equal(play?.name, 'nothing to abort')
      assert.deepEqual(
        play.tasks?.(c).map((task) => (task as { name: string }).name),
        ['nothing to abort'],
      )
    })

    it('are refused where the old data are gone or changed, and for all nodes at once', () => {
      refused(/the old data of node-c has been deleted/, { ...bare, rejoining: true })
      refused(/pg_rewind has begun to change the data of node-c/, { ...cloning, rewinding: true })
      refused(/node-c cannot be reached/, silent)
      assert.throws(() => plays(cloning, hosts), { code: 'E_RECLONE', message: /no node was given/ })
    })
  })
})
