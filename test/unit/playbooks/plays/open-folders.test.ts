import assert from 'node:assert/strict'
import type { Host, Play } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, bare, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

describe('folders that users of a node may enter', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const closable = { path: '/data', obstacle: undefined }
  const shared = { path: '/mnt', obstacle: { because: 'it also contains www', advice: 'none' } }
  const context = (node: ClusterContext['facts']['node']): ClusterContext => ({
    vars: clusterVars.parse({ statusImage: 'mine/status' }),
    hosts,
    limited: hosts,
    facts: { node },
    secrets,
    stateDir: home.stateDir,
  })
  /** What is done with them on a node, in the order of the plays. */
  const done = (plays: readonly Play[], host: Host): string[] =>
    tasksOf(plays, host)
      .map(({ name }) => name)
      .filter((name) => /^(only root|users may|data folder|postgres$)/.test(name))

  it('are closed by site on each node that has them, before its containers, or told', () => {
    const facts = factsOf(
      primary({ openFolders: [closable, shared], reachedAt: '192.0.2.1' }),
      replica({ openFolders: [closable], reachedAt: '192.0.2.2' }),
      replica({ reachedAt: '192.0.2.3' }),
    )
    const plays = sitePlays(context(facts))
    assert.deepEqual(done(plays, a), [
      'only root enters /data',
      'users may enter /mnt',
      'data folder',
      'postgres',
    ])
    assert.deepEqual(done(plays, b), ['only root enters /data', 'data folder', 'postgres'])
    assert.deepEqual(done(plays, c), ['data folder', 'postgres'])
  })

  it('are made closed on a new node', () => {
    const facts = factsOf(...hosts.map(() => ({ ...bare, openFolders: [closable] })))
    for (const host of hosts)
      assert.deepEqual(done(sitePlays(context(facts)), host).slice(0, 2), [
        'only root enters /data',
        'data folder',
      ])
  })
})
