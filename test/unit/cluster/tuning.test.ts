import assert from 'node:assert/strict'
import fc from 'fast-check'
import { tune } from '../../../lib/cluster/tuning.ts'

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

  it('is bounded, whatever a node says of its cores', () => {
    for (const cores of [1e9, 2 ** 31, Infinity, NaN, -5, 3.7]) {
      const { maxWorkerProcesses, maxParallelWorkers } = tune({
        memoryMb: 4096,
        cores,
        mostCores: cores,
        maxConnections: 100,
      })
      assert(maxWorkerProcesses >= 8 && maxWorkerProcesses <= 256, `${maxWorkerProcesses}`)
      assert(maxParallelWorkers >= 2 && maxParallelWorkers <= 256, `${maxParallelWorkers}`)
      assert(Number.isInteger(maxWorkerProcesses) && Number.isInteger(maxParallelWorkers))
    }
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
