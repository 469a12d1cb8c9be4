import assert from 'node:assert/strict'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { defineInventory } from '../../../lib/playbook/inventory.ts'
import { settled } from '../../../lib/cluster/settled.ts'
import { clusterWish } from '../../../lib/cluster/vars/cluster.ts'
import { nodeVars } from '../../../lib/cluster/vars/node.ts'

describe('what describes the cluster', () => {
  const vars = (group: object, extra: Record<string, unknown> = {}, own: object = {}) => {
    const inventory = defineInventory({
      vars: nodeVars,
      hosts: { 'node-a': { address: '10.88.0.11', vars: own }, 'node-b': { address: '10.88.0.12' } },
      groups: { postgres: { hosts: ['node-a', 'node-b'], vars: group } },
    })
    const hosts = resolveHosts(inventory, extra)
    return settled({ vars: clusterWish.parse(extra), hosts }).vars
  }

  it('is in the inventory, and -e overrides it for one run', () => {
    const group = { image: 'mine/pg:17', databases: ['app', 'shop'], maxConnections: 300 }
    const plain = vars(group)
    assert.equal(plain.image, 'mine/pg:17')
    assert.deepEqual(plain.databases, ['app', 'shop'])
    assert.equal(plain.maxConnections, 300)
    assert.equal(vars(group, { maxConnections: 400 }).maxConnections, 400)
    assert.deepEqual(vars(group, { databases: ['app'] }).databases, ['app'])
  })

  it('has defaults, but for what the cluster itself may say', () => {
    const { databases, image, maxConnections } = vars({})
    assert.deepEqual([databases, image, maxConnections], [['app'], 'run-playbook/postgres', undefined])
  })

  it('is the same for all nodes', () => {
    assert.throws(() => vars({}, {}, { maxConnections: 200 }), {
      code: 'E_BAD_VARS',
      message: /maxConnections is 200 for node-a and none for node-b/,
      hint: /group postgres/,
    })
    assert.equal(vars({ maxConnections: 200 }, {}, { maxConnections: 200 }).maxConnections, 200)
  })
})
