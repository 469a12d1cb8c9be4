import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import { type ClusterContext, clusterOf } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

describe('the order in which the inventory lists the nodes', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (listed: Host[]): ClusterContext => ({
    vars: clusterVars.parse({ statusImage: 'mine/status' }),
    hosts: listed,
    limited: listed,
    facts: {
      node: factsOf(
        primary({ reachedAt: '192.0.2.1' }),
        replica({ reachedAt: '192.0.2.2' }),
        replica({ reachedAt: '192.0.2.3' }),
      ),
    },
    secrets,
    stateDir: home.stateDir,
  })
  /** What the tasks of a node are given, whatever they are in. */
  const given = (plays: readonly Play[], host: Host): string[] =>
    tasksOf(plays, host)
      .map(({ name, args }) => `${name}: ${JSON.stringify(args)}`)
      .toSorted()

  it('means nothing: no node is given anything else', async () => {
    const usual = sitePlays(context([a, b, c]))
    // What is made on first need is kept, as between two runs.
    await secrets.save()
    const again = sitePlays(context([a, b, c]))
    const other = sitePlays(context([c, a, b]))
    for (const host of hosts) assert.deepEqual(given(other, host), given(again, host))
    assert.equal(usual.length, other.length)
  })

  it('only says who begins a new cluster, where no group does', () => {
    assert.equal(clusterOf(context([c, a, b])).first, c)
  })
})
