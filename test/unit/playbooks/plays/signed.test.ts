import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import { type NodeFact, nodeFact } from '../../../../lib/cluster/facts/node.ts'
import { restoreFact } from '../../../../lib/cluster/restore/fact.ts'
import type { Install } from '../../../../lib/modules/shared/install.ts'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { PROMOTION_KEY } from '../../../../lib/cluster/promotion/operator.ts'
import { signedStatement } from '../../../../lib/cluster/status/statement.ts'
import { signingPrivateKey } from '../../../../lib/secrets/signing.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { promotionPlays } from '../../../../playbooks/plays/promotion.ts'
import { inPlacePlays } from '../../../../playbooks/plays/restore-steps.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, c, factsOf, hosts, orphan, primary, replica, silent } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

const statementIn = (text: string): string => /'(.*)'\n$/.exec(text)?.[1] ?? ''

/** What a task writes. */
const textIn = (args: unknown): string =>
  (args as { payload?: Partial<Install['payload']> } | undefined)?.payload?.text ?? ''

describe('the statement about a promotion', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (...facts: NodeFact[]): ClusterContext => ({
    vars: clusterVars.parse({ statusImage: 'mine/status' }),
    hosts,
    limited: hosts,
    facts: { node: factsOf(...facts) },
    secrets,
    stateDir: home.stateDir,
  })
  const promote = (...facts: NodeFact[]) =>
    promotionPlays(context(...facts), { to: 'node-b', maxLag: 100, loseCommits: false })
  const wanted = (host: Host, timeline: number) => ({
    systemIdentifier: '7001',
    timeline,
    address: host.address,
  })

  /** What a node is told: the same in all tasks that tell it. */
  const told = (plays: readonly Play[], host: Host) => {
    const tasks = tasksOf(plays, host).filter(({ name }) => name === 'promotion statement')
    const texts = [...new Set(tasks.map(({ args }) => statementIn(textIn(args))))]
    assert.equal(texts.length, 1, `${host.name}: ${texts.join(' | ')}`)
    return signedStatement(texts[0] ?? null, secrets.signingKey(PROMOTION_KEY).publicKey)
  }

  it('is left on every node by a switchover, for the timeline that it leads to', () => {
    const plays = promote(...[4, 4, 4].map((timeline, i) => (i === 0 ? primary : replica)({ timeline })))
    for (const host of hosts) assert.deepEqual(told(plays, host), wanted(b, 5))
  })

  it('is left on every node that is there by a failover', () => {
    const plays = promote(silent, orphan(1000, { timeline: 4 }), orphan(900, { timeline: 4 }))
    for (const host of [b, c]) assert.deepEqual(told(plays, host), wanted(b, 5))
  })

  it('is made after the promotion, never before: what is signed cannot be taken back', () => {
    const plays = promote(primary(), replica(), replica())
    for (const host of hosts) {
      const order = tasksOf(plays, host).map(({ play }) => play)
      const first = tasksOf(plays, host).find(({ name }) => name === 'promotion statement')?.play ?? ''
      assert.ok(['follow', 'primary', 'new and returning replicas'].includes(first), `${host.name}: ${first}`)
      assert.equal(order.includes('promote'), host === b)
    }
    const names = plays.map(({ name }) => name)
    assert.ok(names.indexOf('promote') < names.indexOf('follow'))
  })

  it('is for the timeline that is there when a run was killed after the promotion', () => {
    const promoted = primary({ timeline: 5 })
    const plays = promote(
      primary({ timeline: 4, server: undefined, container: 'exited' }),
      promoted,
      replica(),
    )
    for (const host of [b, c]) assert.deepEqual(told(plays, host), wanted(b, 5))
  })

  it('is left by a restore in place, for the timeline that the restored cluster begins', () => {
    const becomes = { systemId: '7001', timeline: 6 }
    const order = {
      id: 'one',
      node: 'node-a',
      to: 'then',
      wish: '{}',
      options: [],
      keep: true,
      abortable: true,
      becomes,
    }
    const fact = ({ name }: Host) => ({
      ...restoreFact.unknown,
      node: factsOf(primary({ timeline: 5 }), replica(), replica())[name] ?? nodeFact.unknown,
    })
    const course = { node: a, order, size: 0, why: [], point: undefined }
    const given = context(primary({ timeline: 5 }), replica(), replica())
    const plays = inPlacePlays(given, { nodes: hosts, now: new Date(), fact }, course)
    for (const host of hosts) assert.deepEqual(told(plays, host), wanted(a, 6))
  })

  it('is made anew by site: for a promotion by hand, and with a key that was rotated', async () => {
    const facts = [
      primary({ timeline: 5, reachedAt: '192.0.2.1' }),
      replica({ timeline: 5, reachedAt: '192.0.2.2' }),
    ]
    const site = () => sitePlays(context(...facts, replica({ timeline: 5, reachedAt: '192.0.2.3' })))
    for (const host of hosts) assert.deepEqual(told(site(), host), wanted(a, 5))
    const before = secrets.signingKey(PROMOTION_KEY).publicKey
    await secrets.save()
    secrets = await home.openAs('operator', { RUN_PLAYBOOK_SECRET_PROMOTION_KEY: signingPrivateKey() })
    assert.notEqual(secrets.signingKey(PROMOTION_KEY).publicKey, before)
    for (const host of hosts) {
      assert.deepEqual(told(site(), host), wanted(a, 5))
      const task = tasksOf(site(), host).find(({ name }) => name === 'promotion statement')
      // A node that was away since still has the key of before.
      assert.ok(signedStatement(statementIn(textIn(task?.args)), before))
    }
  })
})
