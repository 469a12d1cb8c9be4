import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { configPath, dropInFolder } from '../../../../lib/modules/network/wireguard/reader.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type PlayTask, tasksOf } from './tasks-of.ts'

describe('a node that is removed from the inventory', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  /** The tasks that `site` has for a node, on which all that there can be is wanted. */
  function tasks(listed: readonly Host[], host: Host): PlayTask[] {
    const reached = { hasDocker: true, hasWireguard: true }
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status' }),
      hosts: listed.map((one) => ({
        ...one,
        vars: { offsite: '/mnt/elsewhere', endpoint: `${one.name}.example` },
      })) as unknown as Host[],
      limited: listed.map((one) => ({ ...one })),
      facts: {
        node: factsOf(
          primary({ ...reached, reachedAt: '192.0.2.1' }),
          replica({ ...reached, reachedAt: '192.0.2.2' }),
          replica({ ...reached, reachedAt: '192.0.2.3' }),
        ),
      },
      secrets,
      stateDir: home.stateDir,
    }
    const mine = context.hosts.find(({ name }) => name === host.name) as Host
    return tasksOf(sitePlays(context), mine)
  }
  const said = (all: readonly PlayTask[]) => all.map(({ name, args }) => `${name} ${JSON.stringify(args)}`)

  it('is unknown to the others after site: no peer, no slot, no line in pg_hba.conf', () => {
    const ofC = /10\.88\.0\.13|10_88_0_13|node-c/
    assert.ok(said(tasks(hosts, a)).some((one) => ofC.test(one)))
    for (const host of [a, b]) {
      const all = tasks([a, b], host)
      assert.deepEqual(
        said(all).filter((one) => ofC.test(one)),
        [],
      )
      // What is there and not asked for goes: a peer by the module, a slot by its own task.
      assert.ok(all.some(({ name }) => name === (host === a ? 'no other slots' : 'no slots')))
    }
  })

  const docs = readFileSync('docs/cluster.md', 'utf8')
  const section = /## Adding and removing nodes\n([^]*?)\n## /.exec(docs)?.[1] ?? ''

  it('can be cleaned as the docs say: they name all units, files and containers', () => {
    const all = [...tasks(hosts, a), ...tasks(hosts, c)]
    const paths = all.flatMap(({ args }) => {
      const { dest, path } = args as { dest?: unknown; path?: unknown }
      return [dest, path].filter((one) => typeof one === 'string')
    })
    paths.push(configPath('wg0'), dropInFolder('wg0'))
    assert.ok(paths.length > 30)
    const removed = [...section.matchAll(/(\/(?:etc|usr|var)\/\S+)/g)].map(([, one = '']) =>
      one.replace(/[`*.,]+$/, ''),
    )
    const covered = (path: string) => removed.some((one) => path.startsWith(one)) || path.startsWith('/data/')
    assert.deepEqual(
      paths.filter((path) => !covered(path)),
      [],
    )

    const units = all
      .filter(({ module }) => module.name === 'service')
      .map(({ args }) => (args as unknown as { name: string }).name)
    const containers = all
      .filter(({ module }) => module.name === 'docker')
      .map(({ args }) => (args as unknown as { name: string }).name)
    assert.ok(units.length > 3 && containers.length > 3)
    assert.deepEqual(
      [...units, ...containers].filter((one) => !section.includes(one)),
      [],
    )
  })
})
