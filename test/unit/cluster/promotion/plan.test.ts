import assert from 'node:assert/strict'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { type PromotionWish, planPromotion } from '../../../../lib/cluster/promotion/plan.ts'
import { bare, cluster, orphan, primary, replica, silent } from '../nodes.ts'

const wish: PromotionWish = { to: 'node-b', maxLag: 100, loseCommits: false }
const plan = (facts: NodeFact[], more: Partial<PromotionWish> = {}) => {
  const { kind, ...rest } = planPromotion(cluster(...facts), { ...wish, ...more })
  return [kind, 'from' in rest ? rest.from?.name : undefined]
}
const refused = (message: RegExp, facts: NodeFact[], more: Partial<PromotionWish> = {}) =>
  assert.throws(() => plan(facts, more), { code: 'E_PROMOTE', message })

const crashed = primary({ server: undefined, container: 'exited' })
const stopped = primary({ server: undefined, container: 'exited', clean: true, checkpoint: 999n })

describe('a planned promotion', () => {
  it('takes over from the primary', () => {
    assert.deepEqual(plan([primary(), replica(), replica()]), ['planned', 'node-a'])
    assert.deepEqual(plan([primary(), replica(), silent]), ['planned', 'node-a'])
  })

  it('goes on where it was killed', () => {
    const fence = 'node-b'
    assert.deepEqual(plan([primary({ fence }), replica(), replica()]), ['planned', 'node-a'])
    assert.deepEqual(plan([{ ...stopped, fence }, orphan(1000), orphan(1000)]), ['planned', 'node-a'])
    const promoted = primary({ timeline: 2 })
    assert.deepEqual(plan([{ ...stopped, fence }, promoted, orphan(1000)])[0], 'finish')
    assert.deepEqual(plan([replica(), promoted, replica()])[0], 'finish', 'they still follow node-a')
  })

  it('is refused where Docker does not answer: what runs behind it is not known, and never is a loss of commits offered', () => {
    const dockerTrouble = 'cannot connect to containerd'
    const deaf = { server: undefined, dockerTrouble }
    const cases: NodeFact[][] = [
      [primary({ ...deaf, container: 'running' }), replica(), replica()],
      [primary({ ...deaf, container: 'unknown' }), orphan(1000), orphan(1000)],
      [{ ...stopped, dockerTrouble }, orphan(1000), orphan(1000)],
      // The target has been promoted by hand since.
      [primary({ ...deaf, container: 'unknown' }), primary({ timeline: 2 }), replica()],
    ]
    for (const facts of cases)
      for (const loseCommits of [false, true])
        assert.throws(
          () => plan(facts, { loseCommits }),
          (error: Error & { hint?: string }) => {
            assert.match(error.message, /Docker does not answer on node-a \(cannot connect to containerd\)/)
            assert.match(error.hint ?? '', /switch .* off/)
            assert.doesNotMatch(`${error.message} ${error.hint}`, /lose|is not running/)
            return true
          },
        )
    refused(/Docker does not answer on node-b/, [primary(), replica(deaf), replica()])
    refused(/Docker does not answer on node-a/, [primary(deaf), replica(), replica()], { to: 'node-a' })
    assert.throws(() => plan([silent, orphan(1000), replica(deaf)]), {
      message: /Docker does not answer on node-c/,
      hint: /^(?!.*lose-commits)/,
    })
    // A third node does not stop a planned promotion.
    assert.deepEqual(plan([primary(), replica(), replica(deaf)]), ['planned', 'node-a'])
  })

  it('is refused for a node that can not take over', () => {
    refused(/there is no node node-x/, [primary(), replica()], { to: 'node-x' })
    refused(/node-b cannot be reached/, [primary(), silent, replica()])
    refused(/node-b has no data/, [primary(), bare])
    refused(/PostgreSQL is not running on node-b/, [primary(), replica({ server: undefined })])
    refused(/node-b does not receive WAL from the primary, node-a/, [primary(), orphan(1000)])
    refused(/node-b is 101 bytes of WAL behind node-a/, [primary(), replica({ server: { replayed: 899n } })])
    refused(/node-a is the primary already, but PostgreSQL is not running on it/, [stopped, orphan(1)], {
      to: 'node-a',
    })
    const followers = replica({ server: { upstream: '10.88.0.12' } })
    refused(/node-b is the primary already/, [followers, primary(), followers])
  })

  it('is refused while replay is paused on it, in words, and never stops a node for it', () => {
    const enough = { max_connections: 100, max_locks_per_transaction: 256 }
    const little = { max_connections: 100, max_locks_per_transaction: 64 }
    const held = replica({ server: { paused: true, capacity: little }, asks: enough })
    const living = [primary({ server: { capacity: enough } }), held, replica()]
    const words = /replay is paused on node-b: max_locks_per_transaction is 64 there and 256 on the primary/
    refused(words, living)
    // Before it was noticed there.
    refused(words, [living[0]!, replica({ server: { capacity: little }, asks: enough }), replica()])
    // PostgreSQL would end instead of being promoted.
    const last = orphan(1000, { server: { paused: true, capacity: little }, asks: enough })
    refused(words, [silent, last, orphan(1000)])
    refused(words, [silent, last, orphan(1000)], { loseCommits: true })
    const asked = replica({ server: { paused: true, capacity: enough }, asks: enough })
    refused(/replay is paused on node-b/, [primary({ server: { capacity: enough } }), asked, replica()])
    assert.throws(() => plan([primary(), asked, replica()]), { hint: /pg_wal_replay_resume/ })
  })

  it('is refused where another replica has less than the new primary: it would stop to replay', () => {
    const has = (max_connections: number) => ({ capacity: { max_connections } })
    const facts = [
      primary({ server: has(100) }),
      replica({ server: has(150) }),
      replica({ server: has(100) }),
    ]
    refused(/max_connections is 100 on node-c and 150 on node-b/, facts)
    assert.deepEqual(plan(facts, { to: 'node-c' })[0], 'planned')
    // After a loss there may be no other choice, and the entrypoint brings node-c on.
    assert.deepEqual(
      plan([silent, orphan(1000, { server: has(150) }), orphan(1000, { server: has(100) })])[0],
      'lost',
    )
  })

  it('is refused beside a second primary that accepts writes: its commits would go without a word', () => {
    const promoted = primary({ timeline: 2 })
    refused(/node-a accepts writes on timeline 1, but node-b is on timeline 2/, [
      primary(),
      promoted,
      replica(),
    ])
    refused(/node-a accepts writes/, [primary(), promoted, replica()], { to: 'node-c', loseCommits: true })
    const next = orphan(1000, { timeline: 2 })
    refused(/node-a accepts writes on timeline 1, but node-b is on timeline 2/, [primary(), next, next])
  })

  it('is refused when the stopped primary has more', () => {
    refused(/node-b has received WAL up to 0\/3E7 on .*, but node-a.* ends at 0\/3E7/, [stopped, orphan(999)])
    // A position of another timeline says nothing.
    refused(/0\/3E8 on timeline 1, .* at 0\/3E7 on timeline 2/, [{ ...stopped, timeline: 2 }, orphan(1000)])
  })
})

describe('a promotion after a loss', () => {
  it('takes the most advanced replica', () => {
    assert.deepEqual(plan([silent, orphan(1000), orphan(1000)]), ['lost', undefined])
    assert.deepEqual(plan([silent, orphan(900, { timeline: 2 }), orphan(1000)]), ['lost', undefined])
    refused(/node-c has received more WAL than node-b/, [silent, orphan(900), orphan(1000)])
    refused(/node-c has received more/, [silent, orphan(1000), orphan(900, { timeline: 2 })])
  })

  it('is refused while the primary answers a replica', () => {
    const witness = orphan(1000, { server: { upstreamAnswers: true } })
    refused(/node-b still receives WAL from it/, [silent, witness, orphan(1000)])
    refused(/node-b still receives WAL from it/, [silent, witness, orphan(1000)], { loseCommits: true })
  })

  it('is refused while nobody knows how far a replica got', () => {
    const restarted = orphan(900, { server: { replaying: true } })
    const starting = replica({ server: undefined })
    refused(/it is not known how much WAL node-c has received: it is still replaying/, [
      silent,
      orphan(1000),
      restarted,
    ])
    refused(/it is not known how much WAL node-b has received: it is still replaying/, [
      silent,
      restarted,
      orphan(1),
    ])
    refused(/it is not known how much WAL node-c has received: it does not answer/, [
      silent,
      orphan(1000),
      starting,
    ])
    assert.deepEqual(plan([silent, orphan(1), restarted], { loseCommits: true })[0], 'lost')
  })

  it('says how far each replica got', () => {
    const done = planPromotion(cluster(silent, orphan(1000), orphan(999, { timeline: 2 })), {
      ...wish,
      to: 'node-c',
    })
    assert.equal(
      'received' in done && done.received,
      'node-b 0/3E8 on timeline 1, node-c 0/3E7 on timeline 2',
    )
  })

  it('is refused by a minority: the others may live on', () => {
    refused(/only 1 of 3 nodes can be reached/, [silent, orphan(1000), silent])
  })

  it('is refused while the crashed primary has its data', () => {
    refused(/its data is there and may contain commits/, [crashed, orphan(1000), orphan(1000)])
  })

  it('gives commits up when it is told to', () => {
    const loseCommits = true
    assert.deepEqual(plan([silent, orphan(900), orphan(1000)], { loseCommits }), ['lost', undefined])
    assert.deepEqual(plan([crashed, orphan(1000), orphan(1000)], { loseCommits }), ['lost', 'node-a'])
    assert.deepEqual(plan([silent, orphan(1000), silent], { loseCommits }), ['lost', undefined])
  })

  it('leaves an old primary that came back where it is', () => {
    const next = { timeline: 2 }
    assert.deepEqual(plan([crashed, orphan(1, next), orphan(1, next)]), ['lost', 'node-a'])
  })
})
