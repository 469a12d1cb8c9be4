import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { rejoinPlays } from '../../../../playbooks/plays/rejoin.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, c, factsOf, hosts, orphan, primary, replica } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

describe('rejoin', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const plays = (...facts: Parameters<typeof factsOf>): readonly Play[] =>
    rejoinPlays({
      vars: clusterVars.parse({}),
      hosts,
      limited: hosts,
      facts: { node: factsOf(...facts) },
      secrets,
      stateDir: home.stateDir,
    })
  /** What is done on a node, in order: names of tasks with the arguments that say something. */
  const tasks = (all: readonly Play[], host: Host): { name: string; args: Record<string, unknown> }[] =>
    tasksOf(all, host).map(({ name, args }) => ({ name, args: args as Record<string, unknown> }))
  const names = (all: readonly Play[], host: Host) => tasks(all, host).map(({ name }) => name)

  /** Somebody called pg_promote() on node-b. */
  const promoted = primary({ timeline: 2, history: [{ timeline: 1, end: 500n }] })
  const old = primary({ server: undefined, container: 'exited' })

  it('has a replica follow the new primary, with a slot there, when it still follows the old one', () => {
    const all = plays(old, promoted, orphan(500))
    const follows = tasks(all, c)
    const written = JSON.stringify(follows.find(({ name }) => name === 'primary')?.args)
    assert.ok(written?.includes('"text":"10.88.0.12\\n"'), written)
    // Nothing of a replica that only has to follow is replaced or copied.
    assert.ok(!names(all, c).includes('container'))
    const order = all.map(({ name }) => name)
    assert.deepEqual(names(all, b), ['slot node_10_88_0_13'])
    assert.ok(order.indexOf('slots') < order.indexOf('follow'))
    assert.ok(names(all, a).includes('rejoins'))
  })

  it('does nothing where all follow the primary', () => {
    const all = plays(primary(), replica(), replica({ server: { receiver: null } }))
    assert.deepEqual(
      hosts.map((host) => names(all, host)),
      [[], [], []],
    )
  })

  it('leaves a replica alone that nobody can ask: to start it is for site', () => {
    const all = plays(old, promoted, replica({ server: undefined, container: 'exited' }))
    assert.deepEqual([names(all, b), names(all, c)], [[], []])
  })
})
