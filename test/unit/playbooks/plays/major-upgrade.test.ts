import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import type { MajorUpgrade } from '../../../../lib/cluster/upgrade/begin.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { abortMajorPlays, finishMajorPlays, majorPlays } from '../../../../playbooks/plays/major-upgrade.ts'
import { a, b, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { tasksOf } from './tasks-of.ts'

const order = {
  id: '20261124T140300Z',
  node: 'node-a',
  from: 15,
  to: 17,
  image: 'run-playbook/postgres:17',
  oldImage: 'run-playbook/postgres:15',
  settings: [],
  was: { systemId: '7001', timeline: 3 },
}
const state = { order, kept: true, opened: false, done: false, aborting: false, finishing: false }

describe('the plays of an upgrade to another major version', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (facts: NodeFact[]): ClusterContext => ({
    vars: clusterVars.parse({ image: order.oldImage }),
    hosts,
    limited: hosts,
    facts: { node: factsOf(...facts) },
    secrets,
    stateDir: home.stateDir,
  })
  const healthy = [primary(), replica(), replica()]
  const upgrade = (kind: MajorUpgrade['kind'], facts: NodeFact[]) =>
    majorPlays(context(facts), { kind, primary: a, order, rehearsal: undefined })
  const names = (plays: readonly Play[], host: Host) =>
    tasksOf(plays, host).map(({ play, name }) => `${play}: ${name}`)
  /** Where the first task that matches is. */
  const at = (list: readonly string[], pattern: RegExp) => {
    const index = list.findIndex((one) => pattern.test(one))
    assert.notEqual(index, -1, `${pattern} in ${list.join(', ')}`)
    return index
  }
  const inOrder = (list: readonly string[], ...patterns: RegExp[]) => {
    const found = patterns.map((pattern) => at(list, pattern))
    assert.deepEqual(
      found,
      found.toSorted((one, other) => one - other),
      list.join('\n'),
    )
  }

  it('stop the primary when all is prepared, and open it before anything else is done', () => {
    const plays = upgrade('begin', healthy)
    inOrder(
      names(plays, a),
      /^begin: order/,
      /^prepare: new cluster/,
      /^prepare: no backup/,
      /^stop: stop/,
      /^upgrade: pg_upgrade/,
      /^open: from here on an abort loses/,
      /^open: postgres$/,
      /^open: accepts connections/,
      /^statistics: statistics/,
      /^primary: stanza/,
      /^backup of node-a: backup/,
      /^done: done/,
    )
    // What a replica has is set aside before it is copied.
    inOrder(
      names(plays, b),
      /^begin: order/,
      /^upgrade: old data/,
      /^new and returning replicas: postgres$/,
      /^done: done/,
    )
    assert.ok(!names(plays, b).some((name) => name.startsWith('replicas:')))
    for (const name of ['begin', 'prepare', 'stop', 'upgrade', 'open', 'done'])
      assert.equal(plays.find((play) => play.name === name)?.anyErrorsFatal, true, name)
  })

  it('run every container with the new image, and let the stanza go on with the new version', () => {
    const tasks = tasksOf(upgrade('begin', healthy), b)
    const containers = tasks.filter(({ name }) =>
      ['postgres', 'backup service', 'backup server'].includes(name),
    )
    assert.equal(containers.length, 3)
    for (const { name, args } of containers)
      assert.equal((args as unknown as { image: string }).image, order.image, name)
    const stanza = tasks.find(({ name }) => name === 'stanza')
    assert.ok(stanza !== undefined)
    assert.equal((stanza.args as { upgrade?: boolean }).upgrade, true)
  })

  it('take a replica that was copied by an earlier run as it is', () => {
    const facts = [
      primary({ upgrade: { ...state, opened: true } }),
      replica({ upgrade: state }),
      replica({ disk: 'none', server: undefined, upgrade: state }),
    ]
    const plays = upgrade('continue', facts)
    assert.ok(names(plays, b).includes('replicas: postgres'))
    assert.ok(names(plays, c).includes('new and returning replicas: postgres'))
    // The server is not asked for backups that run: it may be the new one, or stopped.
    assert.ok(!names(plays, a).includes('prepare: no backup'))
  })

  it('of an abort open nothing before all nodes have what they had, with the old image, and take the order away last', () => {
    const facts = healthy.map((fact) => ({ ...fact, upgrade: { ...state, opened: true } }))
    const plays = abortMajorPlays(context(facts), { kind: 'end', order, hosts, primary: a })
    assert.deepEqual(
      plays.slice(0, 2).map(({ name, hosts: of, anyErrorsFatal }) => [name, of, anyErrorsFatal]),
      [
        ['old data', hosts, true],
        ['old primary', [a], true],
      ],
    )
    inOrder(
      names(plays, a),
      /^old data: abort/,
      /^old data: old data/,
      /^old primary/,
      /^primary: postgres$/,
      /^end: no order/,
    )
    inOrder(
      names(plays, b),
      /^old data: old data/,
      /^replicas: postgres$/,
      /^end: no order/,
      /^end: no mark aborting/,
    )
    for (const host of hosts) {
      const container = tasksOf(plays, host).find(({ name }) => name === 'postgres')
      assert.ok(container !== undefined)
      assert.equal((container.args as { image?: string }).image, order.oldImage)
    }
  })

  it('of an abort that led the primary back already leave it open', () => {
    const facts = [primary(), replica({ upgrade: state }), replica()]
    const plays = abortMajorPlays(context(facts), { kind: 'end', order, hosts: [b], primary: a })
    assert.ok(!plays.some(({ name }) => name === 'old primary'))
    assert.ok(!names(plays, a).some((name) => name.startsWith('old data')))
  })

  it('that let go of the old data name the point of no return first', () => {
    const plays = finishMajorPlays(context(healthy), { kind: 'end', order, hosts, primary: a })
    inOrder(
      names(plays, c),
      /point of no return: the old data are removed/,
      /no old data/,
      /no order/,
      /no mark finishing/,
    )
  })

  it('say that there is nothing to do', () => {
    for (const make of [abortMajorPlays, finishMajorPlays]) {
      const [play, ...more] = make(context(healthy), { kind: 'nothing' })
      assert.equal(play?.name, 'nothing to do')
      assert.equal(more.length, 0)
    }
  })
})
