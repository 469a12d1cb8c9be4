import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { type RestoreFact, restoreFact } from '../../../../lib/cluster/restore/fact.ts'
import type { Order, Report } from '../../../../lib/cluster/restore/order.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { inPlacePlays } from '../../../../playbooks/plays/restore-steps.ts'
import { a, b, c, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { tasksOf } from './tasks-of.ts'

const order: Order = {
  id: '20261124T140300Z',
  node: 'node-a',
  to: 'then',
  wish: '{}',
  options: [],
  keep: true,
  abortable: true,
  becomes: { systemId: '7001', timeline: 6 },
}
const report: Report = {
  as: order.id,
  state: 'done',
  at: 0,
  because: undefined,
  timeline: '6',
  lsn: '0/0',
  heartbeat: '',
  commit: '',
  databases: '',
}

describe('a restore in place whose run was killed at its end', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  type Said = Partial<RestoreFact> & { readonly node: NodeFact }
  /** The plays that stop a node or move its data, when the nodes say this. */
  const disturbed = (...said: readonly Said[]) => {
    const fact = ({ name }: Host) => ({
      ...restoreFact.unknown,
      ...(said[hosts.findIndex((host) => host.name === name)] as Said),
    })
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status' }),
      hosts,
      limited: hosts,
      facts: { node: Object.fromEntries(hosts.map((host) => [host.name, fact(host).node])) },
      secrets,
      stateDir: home.stateDir,
    }
    const course = { node: a, order, size: 0, why: [], point: undefined }
    const plays = inPlacePlays(context, { nodes: hosts, now: new Date(), fact }, course)
    return hosts.flatMap((host) =>
      tasksOf(plays, host)
        .filter(({ play }) => play === 'stop' || play === 'set aside')
        .map(({ play }) => `${host.name}: ${play}`),
    )
  }
  const restored = { node: primary({ timeline: 6 }), inPlace: report }
  const copied = { node: replica({ timeline: 6 }) }

  it('leaves a node alone that has the data of the restored cluster, with its marks or without them', () => {
    const waiting = { ...copied, order, aside: order.id }
    for (const [one, other] of [
      [copied, waiting],
      [waiting, copied],
      [{ ...copied, order }, waiting],
    ] as const)
      assert.deepEqual(disturbed(restored, one, other), [])
  })

  it('takes a node along that still has its old data', () => {
    const old = { node: replica({ timeline: 5 }) }
    const found = new Set(disturbed(restored, { ...copied, order }, old))
    assert.deepEqual([...found], [`${c.name}: stop`, `${c.name}: set aside`])
    const foreign = { node: replica({ timeline: 6, systemId: '7002' }) }
    assert.ok(disturbed(restored, foreign, { ...copied, order }).includes(`${b.name}: set aside`))
  })
})
