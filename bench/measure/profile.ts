import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runPlaybook } from '../tools/run-playbook.ts'
import type { Job } from '../tools/tool.ts'
import { Stage } from './stage.ts'
import { plainEnv } from './timed.ts'

/** What V8 writes with --cpu-prof. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
      readonly columnNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const INTERVAL_US = 200

/**
 * Runs no-ops under the profiler of Node.
 *
 * @param rounds how many; what is printed is the mean
 * @returns lines: milliseconds, and the file or package in which they went
 */
export function profileNoOp(job: Job, rounds: number): string[] {
  const { works, targets, folder, packageFolder } = job
  const { argv } = runPlaybook.prepare(job)
  new Stage(works, targets).set('no-op')
  const [node = '', ...rest] = argv['no-op']
  const profiles = join(folder, 'profiles')
  const options = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL_US}`, `--cpu-prof-dir=${profiles}`]
  // The first run only fills the caches.
  for (let round = 0; round <= rounds; round++)
    execFileSync(node, [...(round === 0 ? [] : options), ...rest], { cwd: folder, env: plainEnv(folder) })
  const times = new Map<string, number>()
  for (const name of readdirSync(profiles))
    addSelfTimes(times, JSON.parse(readFileSync(join(profiles, name), 'utf8')) as CpuProfile, packageFolder)
  return largest(times, rounds)
}

const largest = (times: ReadonlyMap<string, number>, rounds: number): string[] =>
  [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 40)
    .map(([place, us]) => `${(us / 1000 / rounds).toFixed(1).padStart(7)} ms  ${place}`)

/** A sample that lasted much longer is one during which another program had the processor: that time is not counted. */
function addSelfTimes(times: Map<string, number>, profile: CpuProfile, packageFolder: string): void {
  const { nodes, samples, timeDeltas } = profile
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame, packageFolder)]))
  for (const [i, id] of samples.entries()) {
    const place = places.get(id) ?? '?'
    const took = timeDeltas[i + 1] ?? 0
    times.set(place, (times.get(place) ?? 0) + (place === '(idle)' ? took : Math.min(took, 5 * INTERVAL_US)))
  }
}

/** A package, a file of our own source, or a part of Node. */
function placeOf(
  { functionName, url, lineNumber, columnNumber }: CpuProfile['nodes'][number]['callFrame'],
  root: string,
): string {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(url)?.[1]
  if (url.startsWith('node:')) return `${url} ${functionName}`
  if (!url.startsWith('file:')) return name ?? `${url} ${functionName}`.trim()
  const file = fileURLToPath(url)
  if (!file.startsWith(join(root, 'dist')))
    return name === 'run-playbook' ? relative(root, file) : (name ?? file)
  return mapOf(file)?.findEntry(lineNumber, columnNumber) !== undefined
    ? original(file, lineNumber, columnNumber)
    : relative(root, file)
}

const maps = new Map<string, SourceMap | undefined>()

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    try {
      const text = readFileSync(`${file}.map`, 'utf8')
      maps.set(file, new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]))
    } catch {
      maps.set(file, undefined)
    }
  }
  return maps.get(file)
}

function original(file: string, line: number, column: number): string {
  const entry = mapOf(file)?.findEntry(line, column)
  const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : file
  return relative(process.cwd(), resolve(dirname(file), source))
}
