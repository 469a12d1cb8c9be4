import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../lib/cluster/cluster.ts'
import { nodeRoleVarsOf } from '../../../lib/cluster/node-role-vars.ts'
import { clusterVars } from '../../../lib/cluster/vars/cluster.ts'
import { groundPlays } from '../../../playbooks/plays/overlay-and-image.ts'
import { bare } from './nodes.ts'
import { type Checkout, checkout } from '../secrets/checkout.ts'

describe('the network that clients come from', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (addresses: string[], vars: object = {}): ClusterContext => {
    const hosts = addresses.map((address, i) => ({
      name: `node-${i}`,
      address,
      groups: ['postgres'],
      connection: 'ssh',
      vars,
    })) as unknown as Host[]
    return { vars: clusterVars.parse({}), hosts, limited: hosts, facts: { node: {} }, secrets, stateDir: '' }
  }
  const networks = (addresses: string[], vars?: object) => {
    const all = context(addresses, vars)
    const of = nodeRoleVarsOf(all, all.hosts[0] as Host)
    return all.hosts.map((host) => of(host).network)
  }

  it('follows from the addresses of the nodes', () => {
    assert.deepEqual(networks(['10.99.7.11', '10.99.7.12']), ['10.99.7.0/24', '10.99.7.0/24'])
    assert.deepEqual(networks(['10.88.0.11']), ['10.88.0.0/24'])
    assert.deepEqual(networks(['192.168.3.7', '192.168.3.9']), ['192.168.3.0/24', '192.168.3.0/24'])
  })

  it('is what the inventory says', () => {
    assert.deepEqual(networks(['10.0.1.1', '10.0.2.1'], { network: '10.0.0.0/16' }), [
      '10.0.0.0/16',
      '10.0.0.0/16',
    ])
  })

  it('has every node in it, or nothing is begun', () => {
    const outside = {
      code: 'E_NETWORK',
      message: /node-1 has the address 10\.0\.2\.1, which is not in 10\.0\.1\.0\/24/,
    }
    assert.throws(() => networks(['10.0.1.1', '10.0.2.1']), outside)
    assert.throws(() => groundPlays(context(['10.0.1.1', '10.0.2.1'])), {
      ...outside,
      hint: /network: '10\.0\.0\.0\/16'/,
    })
    assert.throws(() => networks(['10.99.7.11'], { network: '10.88.0.0/24' }), { code: 'E_NETWORK' })
    for (const network of ['10.88.0.0', '10.88.0.5/24', 'everywhere', '10.88.0.0/33'])
      assert.throws(() => networks(['10.88.0.5'], { network }), { code: 'E_BAD_VARS' }, network)
  })

  it('is of IPv4, which is said before anything is changed', () => {
    const message = /node-0 has the address fd00::11, but the overlay of the cluster needs IPv4 addresses/
    assert.throws(() => groundPlays(context(['fd00::11'])), { code: 'E_NETWORK', message })
  })

  for (const [reached, endpoint] of Object.entries({
    '203.0.113.7': '203.0.113.7:51820',
    'fd00::11': '[fd00::11]:51820',
    '[fd00::11]': '[fd00::11]:51820',
    '[fd00::11]:4500': '[fd00::11]:4500',
    'db.example:4500': 'db.example:4500',
    'db.example': 'db.example:51820',
  }))
    it(`leads to a node that is reached at ${reached}`, () => {
      const all = context(['10.0.1.1', '10.0.1.2'], { endpoint: reached })
      const [use] = groundPlays(all)[0]?.roles?.(all.hosts[0] as Host) ?? []
      assert.ok(JSON.stringify(use).includes(`"endpoint":"${endpoint}"`), JSON.stringify(use))
    })

  it('has no endpoint that only one link knows', () => {
    const all = context(['10.0.1.1', '10.0.1.2'])
    const facts = {
      node: {
        'node-0': { ...bare, reachedAt: '203.0.113.7' },
        'node-1': { ...bare, reachedAt: 'fe80::1%eth0' },
      },
    }
    const play = () => groundPlays({ ...all, facts })[0]?.roles?.(all.hosts[0] as Host)
    assert.throws(play, { code: 'E_NETWORK', message: /run-playbook connects to node-1 at fe80::1%eth0/ })
  })

  it('is the one of the overlay', () => {
    const reachedAt = '203.0.113.1'
    const all = context(['10.0.1.1', '10.0.2.1'], { network: '10.0.0.0/16', endpoint: reachedAt })
    const overlay = groundPlays(all)[0]
    const uses = JSON.stringify(overlay?.roles?.(all.hosts[0] as Host))
    assert.match(uses, /10\.0\.1\.1\/16/)
  })
})
