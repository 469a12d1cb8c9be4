import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import type { UpgradeFact } from '../../../../lib/cluster/upgrade/fact.ts'
import { type UpgradeWish, planRehearsal, upgradeImage } from '../../../../lib/cluster/upgrade/plan.ts'
import { bare, cluster, factsOf, hosts, primary, replica, silent } from '../nodes.ts'

const server = { version: '15.14', tablespaces: [], logicalSlots: [], altered: ['work_mem'], prepared: 0 }
const roomy: UpgradeFact = {
  major: 15,
  dataSize: 1e9,
  free: 1e10,
  dataFree: 1e10,
  rehearsal: undefined,
  server,
}

type Said = readonly [NodeFact, Partial<UpgradeFact>?]
const withBackup = { hasBackups: true }
const healthy: readonly Said[] = [
  [primary(withBackup)],
  [replica(withBackup), { server: { ...server, altered: [] } }],
  [replica(withBackup)],
]
const plan = (said: readonly Said[], wish: Partial<UpgradeWish> = {}) => {
  const facts = said.map(([node]) => node)
  return planRehearsal(
    {
      cluster: cluster(...facts),
      facts: factsOf(...facts),
      fact: (host: Host) => ({ ...roomy, ...said[hosts.indexOf(host)]?.[1] }),
    },
    { to: 17, ...wish },
  )
}
const refused = (
  message: RegExp,
  said: readonly Said[],
  wish: Partial<UpgradeWish> = {},
  code = 'E_UPGRADE',
) =>
  assert.throws(
    () => plan(said, wish),
    (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, code)
      assert.match(error.message, message)
      assert.notEqual(error.hint, undefined)
      return true
    },
  )
const but = (index: number, said: Said): Said[] => healthy.map((one, i) => (i === index ? said : one))

describe('the rehearsal of an upgrade', () => {
  it('is made on a replica with a backup, with the settings of the primary', () => {
    const { node, from, settings } = plan(healthy)
    assert.deepEqual([node.name, from, settings], ['node-b', 15, ['work_mem']])
    assert.equal(plan(but(1, [replica()])).node.name, 'node-c')
    assert.equal(plan([[primary(withBackup)], [silent], [silent]]).node.name, 'node-a')
    assert.equal(plan(healthy, { on: 'node-a' }).node.name, 'node-a')
  })

  it('is planned while nothing was asked', () => {
    assert.equal(plan([[silent], [silent], [silent]]).from, undefined)
  })

  it('is refused where the cluster is not one that can be upgraded', () => {
    refused(/has PostgreSQL 15, and an upgrade leads to a later/, healthy, { to: 15 })
    refused(/node-c those of PostgreSQL 16/, but(2, [replica(withBackup), { major: 16 }]))
    refused(/does not accept connections on node-a/, but(0, [primary({ ...withBackup, server: undefined })]))
    refused(/does not say what it contains/, but(0, [primary(withBackup), { server: undefined }]))
    refused(
      /tablespaces.*: fast/,
      but(0, [primary(withBackup), { server: { ...server, tablespaces: ['fast'] } }]),
    )
  })

  it('is refused for what only a person can decide', () => {
    refused(/two primaries/, but(1, [primary(withBackup)]), {}, 'E_TWO_PRIMARIES')
    refused(
      /a restore of the cluster was interrupted/,
      but(1, [replica({ restoring: true })]),
      {},
      'E_RESTORE_UNFINISHED',
    )
  })

  it('is refused on a node that cannot rehearse', () => {
    refused(/there is no node node-x/, healthy, { on: 'node-x' })
    refused(/node-b cannot be reached/, but(1, [silent]), { on: 'node-b' })
    refused(/there is no backup on node-b/, but(1, [replica()]), { on: 'node-b' })
    refused(
      /the container postgres is not running on node-b/,
      but(1, [replica({ ...withBackup, container: 'exited', server: undefined })]),
      { on: 'node-b' },
    )
    refused(
      /Docker does not answer on node-b/,
      but(1, [replica({ ...withBackup, dockerTrouble: 'hangs' })]),
      { on: 'node-b' },
    )
    refused(
      /needs at least 2074 MB, but node-b has 1908 MB in \/data\/drill/,
      but(1, [replica(withBackup), { free: 2e9 }]),
      {},
      'E_NO_ROOM',
    )
    assert.throws(() => plan([[bare], [bare], [bare]]), /does not accept connections/)
  })
})

describe('the image with the new version', () => {
  it('has the version as its tag, and one of your own has a name that you give', () => {
    assert.equal(upgradeImage('run-playbook/postgres', 17, undefined), 'run-playbook/postgres:17')
    assert.equal(upgradeImage('run-playbook/postgres:16', 17, undefined), 'run-playbook/postgres:17')
    assert.equal(upgradeImage('mine/pg:16', 17, 'mine/pg:17'), 'mine/pg:17')
    assert.throws(() => upgradeImage('mine/pg:16', 17, undefined), /mine\/pg:16 is your own/)
  })

  it('is not the one that the nodes run with', () => {
    assert.throws(
      () => upgradeImage('run-playbook/postgres', 17, 'run-playbook/postgres:latest'),
      /run with the image/,
    )
    assert.throws(() => upgradeImage('mine/pg:16', 17, 'mine/pg:16'), /run with the image/)
  })
})
