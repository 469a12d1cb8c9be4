import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { siteQuestion } from '../../../../playbooks/plays/site-words.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { tasksOf } from './tasks-of.ts'

describe('rolling: later', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (rolling: string, facts: NodeFact[], more = {}): ClusterContext => {
    const nodes = hosts.map((host) => ({ ...host, vars: { rolling } })) as unknown as Host[]
    return {
      vars: clusterVars.parse({ statusImage: 'mine/status', ...more }),
      hosts: nodes,
      limited: nodes,
      facts: { node: factsOf(...facts) },
      secrets,
      stateDir: home.stateDir,
    }
  }
  /** When the containers `postgres` of the nodes are replaced, in the order of the plays. */
  const replaced = (rolling: string, ...facts: NodeFact[]) => {
    const made = context(rolling, facts)
    const plays = sitePlays(made)
    return made.hosts.map((host) =>
      tasksOf(plays, host)
        .filter(({ name }) => name === 'postgres')
        .map(({ args }) => (args as { replace?: string }).replace),
    )
  }

  it('leaves the container of a primary that runs, and replaces those of its replicas', () => {
    assert.deepEqual(replaced('later', primary(), replica(), replica()), [['later'], ['now'], ['now']])
    assert.deepEqual(replaced('restart', primary(), replica(), replica()), [['now'], ['now'], ['now']])
  })

  it('leaves nothing of a primary that does not run: nobody writes', () => {
    const stopped = primary({ server: undefined, container: 'exited' })
    assert.deepEqual(replaced('later', stopped, replica(), replica()), [['now'], ['now'], ['now']])
  })

  it('restarts the primary for no setting, and asks nothing', () => {
    const settings = { server: { capacity: { max_connections: 300 }, configured: { max_connections: 300 } } }
    const facts = [primary(settings), replica(), replica()]
    const lowering = { maxConnections: 100 }
    assert.match(siteQuestion(context('restart', facts, lowering))?.text ?? '', /is restarted with lower/)
    assert.equal(siteQuestion(context('later', facts, lowering)), undefined)
    const made = context('later', facts, lowering)
    const [node] = made.hosts
    assert.ok(node)
    const loads = tasksOf(sitePlays(made), node).filter(
      ({ kind, module }) => kind === 'task' && module.name === 'postgres_settings',
    )
    assert.deepEqual(
      loads.map(({ args }) => (args as { restartLater?: boolean }).restartLater),
      loads.map(() => true),
    )
    assert.ok(loads.length > 0)
  })
})
