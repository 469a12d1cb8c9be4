import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.ts'
import type { BenchOptions } from '../options.ts'
import { GOAL_CELLS } from '../show/goals.ts'
import { TOOLS } from '../tools/index.ts'
import type { Tool } from '../tools/tool.ts'
import { measureCell } from './cell.ts'
import { Patience } from './patience.ts'
import { type Record, isIn } from './record.ts'
import type { Cell, Row } from './results.ts'

interface Runs {
  readonly options: BenchOptions
  readonly lab: Lab
  readonly packageFolder: string
  readonly record: Record
  /** The time is up. */
  readonly isLate: () => boolean
  readonly say: (text: string) => void
}

/** Measures all cells, and keeps the results of each. @returns the rows that were measured now */
export async function measureRuns({
  options,
  lab,
  packageFolder,
  record,
  isLate,
  say,
}: Runs): Promise<Row[]> {
  const tools = installed(options.tools, record, say)
  const folder = join(lab.dir, 'tools')
  mkdirSync(folder)
  const { times, rounds: roundsS, patience: patienceS } = options
  const patience = new Patience()
  const slow = record.results.rows.filter(({ longerThan }) => longerThan !== undefined)
  if (options.resume) for (const row of slow) patience.noteSlow(row.tool, row)
  const cells = cellsOf(options).filter((cell) => !(options.resume && record.has(cell)))
  const measured: Row[] = []
  for (const [i, cell] of cells.entries()) {
    if (isLate()) {
      say(
        `the time is up: ${cells.length - i} of ${cells.length} cells are left out. To measure them: --resume`,
      )
      break
    }
    say(`cell ${i + 1} of ${cells.length}: ${cell.tasks} tasks, ${cell.hosts} hosts, ${cell.delayMs} ms`)
    const targets = await lab.targets(cell.hosts, cell.delayMs)
    const limits = { times, roundsS, patienceS, patience, isLate }
    const rows = await measureCell({ cell, targets, tools, ...limits, folder, packageFolder, say })
    record.addRows(rows)
    measured.push(...rows)
  }
  return measured
}

function installed(names: readonly string[], record: Record, say: Runs['say']): Tool[] {
  const wanted = TOOLS.filter(({ name }) => names.includes(name))
  return wanted.filter((tool) => {
    const version = tool.version()
    if (version === undefined) say(`${tool.name} is not installed and is left out`)
    else record.add({ versions: { ...record.results.versions, [tool.name]: version } })
    return version !== undefined
  })
}

/** Those of the goals first, then the small ones first: the time may be up before the end. */
function cellsOf({ tasks, hosts, delays }: BenchOptions): Cell[] {
  const all = tasks.flatMap((count) =>
    hosts.flatMap((some) => delays.map((delayMs) => ({ tasks: count, hosts: some, delayMs }))),
  )
  const isGoal = (cell: Cell): boolean => GOAL_CELLS.some((one) => isIn(one, cell))
  return [...all.filter(isGoal), ...all.filter((cell) => !isGoal(cell))]
}
