import { mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { compile } from '../test/support/compile.ts'
import { type Lab, startLab } from './lab/lab.ts'
import { measureCell } from './measure/cell.ts'
import { measureManyHosts } from './measure/many-hosts.ts'
import { profileNoOp } from './measure/profile.ts'
import { Patience } from './measure/patience.ts'
import { type Cell, type Results, type Row, readResults, writeResults } from './measure/results.ts'
import { measureStarts } from './measure/starts.ts'
import type { BenchOptions, Part } from './options.ts'
import { writePage } from './show/page.ts'
import { TOOLS } from './tools/index.ts'
import { tasks } from './work/tasks.ts'

/** Programs of the bench that run by themselves, compiled with the package. */
const PROGRAMS = ['bench/tools/floor-run.ts', 'bench/measure/many-hosts-run.ts']

const say = (text: string): void => void process.stderr.write(`${text}\n`)

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
  const packageFolder = await compile(join(lab.dir, 'package'), PROGRAMS)
  if (measures('profile')) {
    const [hosts = 0, delayMs = 0, count = 0] = [options.hosts[0], options.delays[0], options.tasks[0]]
    const own = join(lab.dir, 'profile')
    mkdirSync(own)
    const targets = await lab.targets(hosts, delayMs)
    const job = { works: tasks(count), targets, folder: own, packageFolder }
    console.log(profileNoOp(job, options.times).join('\n'))
    return 0
  }
  const versions: Record<string, string> = {}
  const old = options.keep ? readResults() : undefined
  const rows = measures('runs') ? await measureRuns(options, lab, packageFolder, versions) : []
  const starts = measures('starts') ? await measureStarts(lab.dir, packageFolder, options.times) : old?.starts
  const manyHosts = measures('many-hosts')
    ? await measureManyHosts(packageFolder, options.manyHosts, say)
    : old?.manyHosts
  const results: Results = {
    at: new Date().toISOString(),
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    delayedBy: measures('runs') ? lab.delayedBy : (old?.delayedBy ?? lab.delayedBy),
    versions: { ...old?.versions, ...versions },
    rows: [...(old?.rows ?? []).filter((row) => !rows.some((one) => isSame(row, one))), ...rows],
    starts: starts ?? [],
    manyHosts: manyHosts ?? [],
  }
  writeResults(results)
  writePage(results)
  const wrong = rows.filter((row) => row.wrong !== undefined)
  for (const row of wrong)
    say(`${row.tool}, ${row.phase}, ${row.tasks} tasks, ${row.hosts} hosts, ${row.delayMs} ms: ${row.wrong}`)
  return wrong.length > 0 ? 1 : 0
}

const isSame = (one: Row, other: Row): boolean =>
  one.tasks === other.tasks &&
  one.hosts === other.hosts &&
  one.delayMs === other.delayMs &&
  one.phase === other.phase &&
  one.tool === other.tool

async function measureRuns(
  options: BenchOptions,
  lab: Lab,
  packageFolder: string,
  versions: Record<string, string>,
): Promise<Row[]> {
  const wanted = TOOLS.filter(({ name }) => options.tools.includes(name))
  for (const tool of wanted) {
    const version = tool.version()
    if (version === undefined) say(`${tool.name} is not installed and is left out`)
    else versions[tool.name] = version
  }
  const tools = wanted.filter(({ name }) => versions[name] !== undefined)
  const folder = join(lab.dir, 'tools')
  mkdirSync(folder)
  const patience = new Patience(options.patience)
  const { times } = options
  const rows: Row[] = []
  for (const cell of cellsOf(options)) {
    say(`\n${cell.tasks} tasks, ${cell.hosts} hosts, ${cell.delayMs} ms`)
    const targets = await lab.targets(cell.hosts, cell.delayMs)
    rows.push(...(await measureCell({ cell, targets, tools, times, patience, folder, packageFolder, say })))
  }
  return rows
}

/** The small ones first, so that it is known early what would take too long. */
const cellsOf = ({ tasks, hosts, delays }: BenchOptions): Cell[] =>
  tasks.flatMap((count) =>
    hosts.flatMap((some) => delays.map((delayMs) => ({ tasks: count, hosts: some, delayMs }))),
  )
