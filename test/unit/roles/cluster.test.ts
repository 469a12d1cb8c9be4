import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Host } from 'run-playbook'
import { type NodeFact, choosePrimary, nodeFact } from '../../../roles/cluster/fact.ts'
import { tune } from '../../../roles/postgres-node/tuning.ts'

const names = ['node-a', 'node-b', 'node-c']
const hosts = names.map((name) => ({ name })) as Host[]
const facts = (...data: NodeFact['data'][]) =>
  Object.fromEntries(
    names.map((name, i) => {
      const one = data[i] ?? 'none'
      return [name, { ...nodeFact.unknown, data: one, systemId: one === 'none' ? '' : '7001' }]
    }),
  )
const first = hosts[0] as Host
const chosen = (...data: NodeFact['data'][]) => choosePrimary(hosts, facts(...data), first).name

describe('who is primary', () => {
  it('is whom the inventory says, on a cluster that is not there yet', () => {
    assert.equal(chosen('none', 'none', 'none'), 'node-a')
  })

  it('is whom the disks say, on one that is', () => {
    assert.equal(chosen('replica', 'primary', 'replica'), 'node-b')
    assert.equal(chosen('none', 'none', 'primary'), 'node-c')
    assert.equal(chosen('fenced', 'primary', 'none'), 'node-b')
  })

  it('stops the run for two primaries, and names them', () => {
    assert.throws(() => chosen('primary', 'replica', 'primary'), {
      code: 'E_TWO_PRIMARIES',
      message: /node-a and node-c/,
    })
  })

  it('stops the run for replicas without a primary: nothing is made anew beside them', () => {
    assert.throws(() => chosen('none', 'replica', 'replica'), {
      code: 'E_NO_PRIMARY',
      message: /node-b and node-c/,
    })
  })

  it('stops the run for two different clusters', () => {
    const mixed = facts('primary', 'replica')
    const other = { ...mixed, 'node-b': { ...(mixed['node-b'] as NodeFact), systemId: '7002' } }
    assert.throws(() => choosePrimary(hosts, other, first), { code: 'E_FOREIGN_CLUSTER' })
  })
})

describe('tuning', () => {
  it('gives a common machine what PGTune gives it', () => {
    const tuning = tune({ memoryMb: 16384, cores: 8, mostCores: 8, maxConnections: 100 })
    assert.deepEqual(tuning, {
      sharedBuffers: 4096,
      effectiveCacheSize: 12288,
      maintenanceWorkMem: 1024,
      workMemKb: 5184,
      maxWorkerProcesses: 8,
      maxParallelWorkers: 8,
      maxParallelWorkersPerGather: 4,
      maxParallelMaintenanceWorkers: 4,
    })
  })

  it('never gives out more memory than there is, and lets a standby follow any primary', () => {
    const machine = fc.record({
      memoryMb: fc.integer({ min: 512, max: 2 ** 20 }),
      cores: fc.integer({ min: 1, max: 128 }),
      maxConnections: fc.integer({ min: 10, max: 1000 }),
    })
    fc.assert(
      fc.property(machine, fc.integer({ min: 1, max: 128 }), (one, elsewhere) => {
        const tuning = tune({ ...one, mostCores: Math.max(one.cores, elsewhere) })
        assert.ok(tuning.sharedBuffers + tuning.maintenanceWorkMem < one.memoryMb)
        assert.ok(tuning.effectiveCacheSize <= one.memoryMb)
        assert.ok(tuning.maxWorkerProcesses >= elsewhere)
      }),
    )
  })
})
