import { availableParallelism, loadavg } from 'node:os'

/** 1, or more where the machine has much else to do than what is tested: then all takes longer. */
export function slowness(): number {
  const [load = 0] = loadavg()
  return Math.max(1, load / (2 * availableParallelism()))
}
