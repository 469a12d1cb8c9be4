import assert from 'node:assert/strict'
import type { Host, Play, Task } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { type NodeFact, nodeFact } from '../../../../lib/cluster/facts/node.ts'
import { restoreFact } from '../../../../lib/cluster/restore/fact.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { inPlacePlays } from '../../../../playbooks/plays/restore-steps.ts'
import promote from '../../../../playbooks/promote.ts'
import reclone from '../../../../playbooks/reclone.ts'
import site from '../../../../playbooks/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { b, bare, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { flatten } from '../../../../lib/core/task.ts'

const usual = {
  max_connections: 100,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
}
/** A server that runs with its configuration. */
const has = (more: Record<string, number>, own: Record<string, unknown> = {}) => {
  const capacity = { ...usual, ...more }
  return { server: { capacity, configured: capacity, ...own } }
}

describe('the settings of which a standby needs what its primary has', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (facts: NodeFact[], more: object = {}, limited = hosts) => ({
    hosts,
    limited,
    vars: clusterVars.parse({ statusImage: 'mine/status', ...more }),
    facts: { node: factsOf(...facts) },
    secrets,
    stateDir: home.stateDir,
  })
  /** What postgresql.conf is given on each node, by the name of the play. */
  const written = (plays: readonly Play[] | undefined) =>
    (plays ?? []).flatMap(({ name, roles }) =>
      hosts.flatMap((host) =>
        (roles?.(host) ?? [])
          .filter((role) => !!role)
          .flatMap(({ tasks }) => flatten(tasks) as Task[])
          .filter((task) => task.name === 'postgresql.conf')
          .map((task) => {
            // What PostgreSQL reads.
            const { payload } = task.args as unknown as { payload: { text: string } }
            return { play: name, host: host.name, text: payload.text }
          }),
      ),
    )
  const valuesOf = (name: string, plays: readonly Play[] | undefined) => [
    ...new Set(
      written(plays).map(({ text }) => Number(new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1])),
    ),
  ]
  const names = (plays: readonly Play[] | undefined) => (plays ?? []).map(({ name }) => name)
  const grown = [
    primary(has({ max_connections: 300 })),
    replica(has({ max_connections: 300 })),
    replica(has({ max_connections: 300 })),
  ]

  const copied = (vars: object) =>
    reclone.plays?.({
      ...context(grown, {}, [b]),
      vars: reclone.vars.parse({ statusImage: 'mine/status', ...vars }),
    } as never)

  it('are kept by a run that says nothing of them, whatever an earlier one said with -e', () => {
    assert.deepEqual(valuesOf('max_connections', site.plays?.(context(grown))), [300])
    assert.equal(site.confirm?.(context(grown)), undefined)
    const moved = promote.plays?.({
      ...context(grown),
      vars: promote.vars.parse({ to: 'node-b', statusImage: 'mine/status' }),
    } as never)
    assert.deepEqual(valuesOf('max_connections', moved), [300])
    assert.deepEqual(valuesOf('max_connections', copied({})), [300])
  })

  it('are kept by a promotion and a copy, even where the run says less', () => {
    const vars = promote.vars.parse({ to: 'node-b', statusImage: 'mine/status', maxConnections: 100 })
    assert.deepEqual(
      valuesOf('max_connections', promote.plays?.({ ...context(grown), vars } as never)),
      [300],
    )
    assert.deepEqual(valuesOf('max_connections', copied({ maxConnections: 100 })), [300])
  })

  it('are said where they are kept and written down nowhere', async () => {
    assert.match(
      site.closing?.(context(grown)) ?? '',
      /node-a keeps .* maxConnections: 300\. Add them to the vars/,
    )
    assert.equal(site.closing?.(context(grown, { maxConnections: 300 })), undefined)
    assert.equal(site.closing?.(context([primary(has({})), replica(has({})), replica(has({}))])), undefined)
    const made = primary(has({}, { databases: ['app', 'shop', 'by_hand'] }))
    secrets.password('postgres.shop')
    await secrets.save()
    assert.match(site.closing?.(context([made])) ?? '', /databases: \['app', 'shop'\]/)
  })

  it('become less when the run says so, after a question, on the primary first', () => {
    const said = { maxConnections: 100 }
    assert.deepEqual(site.confirm?.(context(grown, said)), {
      text: 'node-a, the primary, is restarted with lower settings than it has now: max_connections from 300 to 100.',
      yes: 'lower=yes',
    })
    assert.equal(site.confirm?.(context(grown, { ...said, lower: true })), undefined)
    assert.equal(site.confirm?.(context(grown, said, [b, c])), undefined, 'the primary is left out')
    const order = names(site.plays?.(context(grown, said)))
    assert.ok(order.indexOf('primary, what needs a restart') < order.indexOf('replicas'))
  })

  it('become more on the replicas first', () => {
    const order = names(
      site.plays?.(context([primary(has({})), replica(has({})), replica(has({}))], { maxConnections: 200 })),
    )
    assert.ok(order.indexOf('replicas') < order.indexOf('primary, what needs a restart'))
  })

  it('are as large everywhere as ALTER SYSTEM made them on one node, before that one is restarted', () => {
    const configured = { ...usual, max_locks_per_transaction: 256 }
    const set = primary(has({}, { configured, overrides: { max_locks_per_transaction: 256 } }))
    assert.deepEqual(
      valuesOf('max_locks_per_transaction', site.plays?.(context([set, replica(has({})), replica(has({}))]))),
      [256],
    )
    // Also where it is a replica by now.
    const left = replica(has({}, { overrides: { max_prepared_transactions: 50 } }))
    assert.deepEqual(
      valuesOf(
        'max_prepared_transactions',
        site.plays?.(context([primary(has({})), left, replica(has({}))])),
      ),
      [50],
    )
  })

  describe('where the primary does not answer', () => {
    type Values = Record<string, number>
    /** PostgreSQL is down, and these things lie on the disk. */
    const down = (disk: { written?: Values; altered?: Values; ran?: Values }) => ({
      server: undefined,
      ...disk,
    })
    const all = (value: number) =>
      Object.fromEntries(Object.entries(usual).map(([name, n]) => [name, n + value]))
    const replicas = [replica(has({})), replica(has({}))]

    for (const [name, value] of Object.entries(all(40)))
      it(`are those of its configuration: ${name}`, () => {
        const facts = [primary(down({ written: { [name]: value } })), ...replicas]
        assert.deepEqual(valuesOf(name, site.plays?.(context(facts))), [value])
        assert.equal(site.confirm?.(context(facts)), undefined)
      })

    it('are what ALTER SYSTEM wrote, on it and on a replica that is down', () => {
      const altered = { max_locks_per_transaction: 256 }
      for (const facts of [
        [primary(down({ altered, written: altered })), ...replicas],
        [primary(has({})), replica(down({ altered })), replica(has({}))],
      ])
        assert.deepEqual(valuesOf('max_locks_per_transaction', site.plays?.(context(facts))), [256])
    })

    it('are those that it ran with last, where no configuration is left', () => {
      const facts = [primary(down({ ran: all(40) })), ...replicas]
      for (const [name, value] of Object.entries(all(40)))
        assert.deepEqual(valuesOf(name, site.plays?.(context(facts))), [value])
    })

    it('become less after the same question', () => {
      const ran = { ...usual, max_connections: 300 }
      const facts = [primary(down({ written: ran, ran })), ...replicas]
      assert.deepEqual(site.confirm?.(context(facts, { maxConnections: 100 })), {
        text: 'node-a, the primary, is started with lower settings than it had: max_connections from 300 to 100.',
        yes: 'lower=yes',
      })
      assert.equal(site.confirm?.(context(facts, { maxConnections: 300 })), undefined)
    })

    it('are said where they are written down nowhere', () => {
      const facts = [primary(down({ written: { max_connections: 300 } })), ...replicas]
      assert.match(site.closing?.(context(facts)) ?? '', /node-a keeps .* maxConnections: 300\./)
    })

    it('are the usual ones for a new cluster', () => {
      const plays = site.plays?.(context([bare, bare, bare]))
      assert.deepEqual(valuesOf('max_connections', plays), [100])
      assert.equal(site.confirm?.(context([bare, bare, bare])), undefined)
    })
  })

  it('are kept by a restore in place, which can not ask a primary when it writes them', () => {
    const order = {
      id: 'one',
      node: 'node-a',
      to: 'then',
      wish: '{}',
      options: [],
      keep: true,
      abortable: true,
    }
    const course = { node: hosts[0] as Host, order, size: 0, why: [], point: undefined }
    const restored = (facts: NodeFact[]) => {
      const situation = {
        nodes: hosts,
        now: new Date(),
        fact: ({ name }: Host) => ({
          ...restoreFact.unknown,
          node: factsOf(...facts)[name] ?? nodeFact.unknown,
        }),
      }
      return valuesOf('max_connections', inPlacePlays(context(facts), situation, course))
    }
    assert.deepEqual(restored(grown), [300])
    // One that was cut short has stopped the servers already, and the data of node-a may be gone.
    const stopped = { server: undefined, written: { max_connections: 300 } }
    assert.deepEqual(restored([primary(stopped), replica(stopped), replica(stopped)]), [300])
    assert.deepEqual(restored([bare, replica(stopped), replica(stopped)]), [300])
  })

  it('do not follow from the machines that happen to be reached', () => {
    const workers = has({ max_worker_processes: 16 })
    assert.deepEqual(
      valuesOf('max_worker_processes', site.plays?.(context([primary(workers), replica(workers)]))),
      [16],
    )
    assert.deepEqual(
      valuesOf(
        'max_worker_processes',
        site.plays?.(context([{ ...primary(has({})), cores: 12 }, replica(has({})), replica(has({}))])),
      ),
      [12],
    )
  })
})
