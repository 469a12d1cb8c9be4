import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeProject } from '../tools/project.ts'
import { SET, tasks } from '../work/tasks.ts'
import type { Start } from './results.ts'
import { plainEnv, timed } from './timed.ts'

/** How long a start takes at least, and how long that of run-playbook takes. They take turns. */
export async function measureStarts(
  dir: string,
  packageFolder: string,
  times: number,
): Promise<readonly Start[]> {
  const folder = join(dir, 'starts')
  const cwd = join(folder, 'project')
  mkdirSync(cwd, { recursive: true })
  const hosts = ['host-1', 'host-2', 'host-3']
  writeProject(cwd, { works: tasks(SET), hosts, at: folder, packageFolder })
  const bin = join(packageFolder, 'bin/run-playbook.js')
  const programs = {
    'node -e 0': [process.execPath, '-e', '0'],
    'run-playbook --version': [process.execPath, bin, '--version'],
    'run-playbook --help': [process.execPath, bin, '--help'],
    'run-playbook service --list-tasks': [process.execPath, bin, 'service', '--list-tasks'],
  }
  const starts = Object.keys(programs).map((program) => ({
    program,
    wallS: [] as number[],
    cpuS: [] as number[],
  }))
  // The first round only fills the caches.
  for (let round = 0; round <= times; round++)
    for (const [i, argv] of Object.values(programs).entries()) {
      const { wallS, cpuS, code, errors } = await timed(argv, { folder, cwd, env: plainEnv(folder) })
      if (code !== 0) throw new Error(errors)
      if (round === 0) continue
      starts[i]?.wallS.push(wallS)
      starts[i]?.cpuS.push(cpuS)
    }
  return starts
}
