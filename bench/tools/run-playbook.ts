import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeProject } from './project.ts'
import type { Tool } from './tool.ts'

/** This package, compiled, with a project as a user has it. */
export const runPlaybook: Tool = {
  name: 'run-playbook',
  version: () => (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  prepare: ({ works, targets, folder, packageFolder }) => {
    const hosts = targets.hosts.map(({ name }) => name)
    writeProject(folder, { works, hosts, at: targets.at, packageFolder })
    const bin = join(packageFolder, 'bin/run-playbook.js')
    const run = [process.execPath, bin, 'service', '--ssh-config', targets.sshConfig]
    return {
      argv: { 'first run': run, 'no-op': run, 'dry run': [...run, '--check'] },
      warmUp: [...run, '--list-hosts'],
      changes: changesIn,
    }
  },
}

/** The number of changes that a run or a dry run reports. */
export function changesIn(output: string): number | undefined {
  const [, would, changed] = /^(?:dry run: (\d+) would change|\d+ hosts?: (\d+) changed)/m.exec(output) ?? []
  return would === undefined && changed === undefined ? undefined : Number(would ?? changed)
}
