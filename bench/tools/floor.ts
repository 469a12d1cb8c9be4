import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from '../work/states.ts'
import type { FloorRequest } from './floor-run.ts'
import type { Tool } from './tool.ts'

/** A program for these tasks and no others: one connection to each host, one script that asks, one that changes. */
export const floor: Tool = {
  name: 'floor',
  version: () => process.version,
  prepare: ({ works, targets, folder, packageFolder }) => {
    const request: FloorRequest = {
      at: targets.at,
      user: targets.user.name,
      key: targets.key,
      checks: works.flatMap((work) => (work.kind === 'check' ? [work.argv] : [])),
      packages: works.flatMap((work) => (work.kind === 'package' ? [work.name] : [])),
      hosts: targets.hosts.map(({ name, address }) => {
        const { port, hostKey } = targets
        return { address, port, hostKey, tree: [...after(works, name)] }
      }),
    }
    const file = join(folder, 'request.json')
    writeFileSync(file, JSON.stringify(request))
    const program = [process.execPath, join(packageFolder, 'dist/bench/tools/floor-run.js'), file]
    return { argv: { 'first run': program, 'no-op': program, 'dry run': [...program, '--check'] } }
  },
}
