import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from '../test/support/compile.ts'
import { type Lab, startLab } from './lab/lab.ts'
import { measureManyHosts } from './measure/many-hosts.ts'
import { profileNoOp } from './measure/profile.ts'
import { Record } from './measure/record.ts'
import { measureRuns } from './measure/runs.ts'
import { measureScreen } from './measure/screen.ts'
import { measureStarts } from './measure/starts.ts'
import type { BenchOptions, Part } from './options.ts'
import { goalLines } from './show/goals.ts'
import { writePage } from './show/page.ts'
import { tasks } from './work/tasks.ts'

/** Programs of the bench that run by themselves, compiled with the package. */
const PROGRAMS = [
  'bench/tools/floor-run.ts',
  'bench/measure/many-hosts-run.ts',
  'bench/measure/screen-run.ts',
]

const begun = performance.now()
const say = (text: string): void => {
  const minutes = (performance.now() - begun) / 60_000
  process.stderr.write(`${minutes.toFixed(1).padStart(5)} min  ${text}\n`)
}

/**
 * Measures and writes the results. In namespaces of its own.
 *
 * @param folder an empty folder
 * @returns the exit status: 1 if a tool failed, or left something wrong
 */
export async function bench(options: BenchOptions, folder: string): Promise<number> {
  process.umask(0o022)
  const measures = (part: Part): boolean => options.parts.includes(part)
  const needsHosts = measures('runs') || measures('profile')
  const lab = await startLab(folder, needsHosts ? Math.max(...options.hosts) : 0)
  say('the hosts are there')
  const packageFolder = await compile(join(lab.dir, 'package'), PROGRAMS)
  if (measures('profile')) return profile(options, lab, packageFolder)
  const record = new Record(options, lab.delayedBy)
  if (measures('starts') && !(options.resume && record.results.starts.length > 0)) {
    record.add({ starts: await measureStarts(lab.dir, packageFolder, options.times) })
    say('starts: measured')
  }
  if (measures('many-hosts')) await manyHosts(options, lab, packageFolder, record)
  if (measures('screen') && !(options.resume && record.results.screen !== undefined)) {
    record.add({ screen: await measureScreen(packageFolder) })
    say('screen: measured')
  }
  const isLate = (): boolean => performance.now() - begun > options.minutes * 60_000
  const rows = measures('runs') ? await measureRuns({ options, lab, packageFolder, record, isLate, say }) : []
  writePage(record.results)
  console.log(goalLines(record.results).join('\n'))
  const wrong = rows.filter((row) => row.wrong !== undefined)
  for (const row of wrong)
    say(`${row.tool}, ${row.phase}, ${row.tasks} tasks, ${row.hosts} hosts, ${row.delayMs} ms: ${row.wrong}`)
  return wrong.length > 0 ? 1 : 0
}

async function profile(
  { hosts, delays, tasks: counts, times }: BenchOptions,
  lab: Lab,
  packageFolder: string,
) {
  const [few = 0, delayMs = 0, count = 0] = [hosts[0], delays[0], counts[0]]
  const folder = join(lab.dir, 'profile')
  mkdirSync(folder)
  const targets = await lab.targets(few, delayMs)
  console.log(profileNoOp({ works: tasks(count), targets, folder, packageFolder }, times).join('\n'))
  return 0
}

async function manyHosts(
  { manyHosts: counts, resume }: BenchOptions,
  lab: Lab,
  packageFolder: string,
  record: Record,
): Promise<void> {
  for (const count of counts) {
    const others = record.results.manyHosts.filter(({ hosts }) => hosts !== count)
    if (resume && others.length < record.results.manyHosts.length) continue
    const one = await measureManyHosts(join(lab.dir, `many-hosts-${count}`), packageFolder, count)
    record.add({ manyHosts: [...others, one].toSorted((a, b) => a.hosts - b.hosts) })
    say(`${one.hosts} hosts, ${one.tasks} tasks: ${one.seconds.toFixed(1)} s, ${one.mb} MB`)
  }
}
