import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeProject } from '../tools/project.ts'
import { before } from '../work/states.ts'
import { SET, tasks } from '../work/tasks.ts'
import { writeTree } from '../work/tree.ts'
import type { ManyHosts } from './results.ts'
import { plainEnv } from './timed.ts'

const TASKS = 100

/**
 * A dry run against a fleet that answers at once, in a process of its own: how time and memory grow with the hosts.
 *
 * @param folder an empty one
 */
export async function measureManyHosts(
  folder: string,
  packageFolder: string,
  count: number,
): Promise<ManyHosts> {
  const at = join(folder, 'srv')
  mkdirSync(at, { recursive: true })
  const whole = tasks(Math.ceil(TASKS / SET) * SET)
  writeTree(at, before(whole), process.getuid?.() ?? 0)
  const hosts = Array.from({ length: count }, (_, i) => `host-${i + 1}`)
  writeProject(folder, { works: whole.slice(0, TASKS), hosts, at, packageFolder })
  const program = join(packageFolder, 'dist/bench/measure/many-hosts-run.js')
  const how = { cwd: folder, env: plainEnv(folder) }
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(TASKS)], how)
  return JSON.parse(stdout) as ManyHosts
}
