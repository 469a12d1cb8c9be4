import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { lookUp } from '../../lib/transport/ssh/config.ts'
import type { FloorRequest } from '../tools/floor-run.ts'
import { changesIn } from '../tools/run-playbook.ts'
import { trueOnAll } from '../tools/ssh.ts'
import type { Start } from './results.ts'
import { plainEnv, timed } from './timed.ts'

export const LAB_PROGRAMS = {
  ssh: 'ssh host true',
  floor: 'floor',
  noOp: 'site, no-op',
  check: 'site --check',
} as const

export interface LabOptions {
  /** Of the lab. */
  readonly sshConfig: string
  /** A project with the package and its dependencies. */
  readonly folder: string
  /** The command whose no-op is measured. */
  readonly site: readonly string[]
  readonly times: number
}

/** Measures on the nodes of a lab, which are as they should be. The programs take turns. @throws Error where something changes */
export async function measureLab({ sshConfig, folder, site, times }: LabOptions) {
  const nodes = [...readFileSync(sshConfig, 'utf8').matchAll(/^Host ([^*\s]+)$/gm)].map(
    ([, name = '']) => name,
  )
  const onAll = trueOnAll(sshConfig, nodes)
  const programs: Readonly<Record<string, readonly string[]>> = {
    [LAB_PROGRAMS.ssh]: onAll.argv,
    [LAB_PROGRAMS.floor]: await floorFor(nodes, sshConfig, folder),
    [LAB_PROGRAMS.noOp]: site,
    [LAB_PROGRAMS.check]: [...site, '--check'],
  }
  // The secrets of the lab are encrypted for whoever has made it.
  const env = { ...plainEnv(homedir()), ...onAll.env }
  const rows: Record<string, Pick<Start, 'wallS' | 'cpuS'>> = {}
  // The first round only fills the caches.
  for (let round = 0; round <= times; round++)
    for (const [name, argv] of Object.entries(programs)) {
      const { wallS, cpuS, code, output, errors } = await timed(argv, { folder, env })
      const changes = argv.includes('site') ? changesIn(output) : 0
      if (code !== 0 || changes !== 0)
        throw new Error(`${name}: exit status ${code}, ${changes} changes\n${output}${errors}`)
      console.error(`round ${round} of ${times}: ${name} ${wallS.toFixed(2)} s`)
      if (round === 0) continue
      const old = rows[name] ?? { wallS: [], cpuS: [] }
      rows[name] = { wallS: [...old.wallS, wallS], cpuS: [...old.cpuS, cpuS] }
    }
  return rows
}

/** One connection to each node, and one script that asks nothing. */
async function floorFor(nodes: readonly string[], sshConfig: string, folder: string): Promise<string[]> {
  const settings = await Promise.all(nodes.map((name) => lookUp(name, sshConfig)))
  const [first] = settings
  const request: FloorRequest = {
    at: '/',
    user: first?.user ?? '',
    key: first?.identityFiles[0] ?? '',
    checks: [['true']],
    packages: [],
    hosts: settings.map(({ hostName, port, userKnownHosts }) => {
      const name = port === 22 ? hostName : `[${hostName}]:${port}`
      const known = execFileSync('ssh-keygen', ['-F', name, '-f', userKnownHosts[0] ?? ''])
      const [hostKey = ''] = /ssh-ed25519 \S+/.exec(known.toString()) ?? []
      return { address: hostName, port, hostKey, tree: [] }
    }),
  }
  const [file, program] = [join(folder, 'request.json'), join(folder, 'floor-run.mjs')]
  writeFileSync(file, JSON.stringify(request))
  const source = join(import.meta.dirname, '../tools/floor-run.ts')
  await build({ entryPoints: [source], outfile: program, format: 'esm', platform: 'node' })
  return [process.execPath, program, file]
}
