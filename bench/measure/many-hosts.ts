import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ManyHosts } from './results.ts'

/**
 * Dry runs against a fleet that answers at once: how time and memory grow with the hosts. Each in a process of its own.
 *
 * @param counts of hosts
 */
export async function measureManyHosts(
  packageFolder: string,
  counts: readonly number[],
  say: (text: string) => void,
): Promise<readonly ManyHosts[]> {
  const program = join(packageFolder, 'dist/bench/measure/many-hosts-run.js')
  const measured: ManyHosts[] = []
  for (const hosts of counts) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(hosts)])
    const one = JSON.parse(stdout) as ManyHosts
    say(`${one.hosts} hosts, ${one.tasks} tasks: ${one.seconds.toFixed(1)} s, ${one.mb} MB`)
    measured.push(one)
  }
  return measured
}
