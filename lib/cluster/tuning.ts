/** Settings that follow from the machine. Memory in MiB. */
export interface Tuning {
  readonly sharedBuffers: number
  readonly effectiveCacheSize: number
  readonly maintenanceWorkMem: number
  readonly workMemKb: number
  readonly maxWorkerProcesses: number
  readonly maxParallelWorkers: number
  readonly maxParallelWorkersPerGather: number
  readonly maxParallelMaintenanceWorkers: number
}

/**
 * PostgreSQL's memory and parallelism for a machine that runs little else.
 *
 * Sources: PostgreSQL documentation, "Resource Consumption" (shared_buffers: 25% of memory is a reasonable start;
 * max_worker_processes: default 8) and "Query Planning" (effective_cache_size: what the kernel and shared_buffers
 * together may hold); the formulas of PGTune (github.com/le0pard/pgtune, profile "mixed") for the others:
 * maintenance_work_mem = memory/16 up to 2 GB; work_mem = (memory − shared_buffers) / (connections × 3) / gather workers,
 * halved for mixed load; gather workers = cores/2 up to 4.
 */
export function tune(machine: {
  readonly memoryMb: number
  readonly cores: number
  readonly mostCores: number
  readonly maxConnections: number
}): Tuning {
  const { memoryMb, cores, mostCores, maxConnections } = machine
  const sharedBuffers = roundDown(memoryMb / 4, 16)
  const gather = Math.min(4, Math.max(1, Math.ceil(cores / 2)))
  const workMemKb = ((memoryMb - sharedBuffers) * 1024) / (maxConnections * 3) / gather / 2
  return {
    sharedBuffers,
    effectiveCacheSize: roundDown((memoryMb * 3) / 4, 16),
    maintenanceWorkMem: Math.min(2048, roundDown(memoryMb / 16, 16)),
    workMemKb: Math.max(4096, roundDown(workMemKb, 64)),
    // The same on all nodes: a standby with fewer than its primary refuses to start.
    maxWorkerProcesses: bounded(mostCores, 8),
    maxParallelWorkers: bounded(cores, 2),
    maxParallelWorkersPerGather: gather,
    maxParallelMaintenanceWorkers: gather,
  }
}

/**
 * The most worker processes that follow from a machine, as each takes shared memory on all nodes: what one of them says of itself
 * must not keep the others from starting.
 */
const MOST_WORKERS = 256

const bounded = (cores: number, least: number): number =>
  Number.isFinite(cores) ? Math.min(MOST_WORKERS, Math.max(least, Math.floor(cores))) : least

// Round numbers, so that a kernel update that keeps a few more pages for itself changes no setting.
const roundDown = (value: number, step: number): number => Math.max(step, Math.floor(value / step) * step)
