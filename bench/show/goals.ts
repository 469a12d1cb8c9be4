import { type Cell, type Results, type Row, isGood, median } from '../measure/results.ts'
import type { Phase } from '../tools/tool.ts'
import { rowOf } from './rows.ts'

const cell = (tasks: number, hosts: number, delayMs: number): Cell => ({ tasks, hosts, delayMs })
const SMALL = cell(30, 3, 0)

/** Where a no-op may take so many times as long as `ssh host true`. */
const NO_OPS: readonly (readonly [Cell, number])[] = [
  [SMALL, 1.2],
  [cell(300, 3, 0), 1.5],
  [cell(30, 10, 20), 0.8],
  [cell(30, 50, 20), 0.5],
  [cell(300, 50, 20), 0.8],
]

/** The cells that the goals are about. */
export const GOAL_CELLS: readonly Cell[] = NO_OPS.map(([where]) => where)

/** What run-playbook is to reach. */
export interface Goal {
  readonly name: string
  /** Undefined where it was not measured. */
  readonly reached: number | undefined
  readonly most: number
}

export function goalsOf({ rows, starts, manyHosts, screen }: Results): readonly Goal[] {
  const row = (where: Cell, tool: string, phase: Phase): Row | undefined => {
    const found = rowOf(rows, { ...where, phase }, tool)
    return found !== undefined && isGood(found) ? found : undefined
  }
  const wall = (where: Cell, tool: string, phase: Phase): number | undefined =>
    medianOf(row(where, tool, phase)?.wallS)
  const start = (program: string) => starts.find((one) => one.program === program)
  const noOps = NO_OPS.map(([where, most]) => ({
    name: `no-op, ${where.tasks} tasks, ${where.hosts} hosts, ${where.delayMs} ms / ssh host true`,
    reached: ratio(wall(where, 'run-playbook', 'no-op'), wall(where, 'ssh host true', 'no-op')),
    most,
  }))
  const cpuS = medianOf(row(SMALL, 'run-playbook', 'no-op')?.cpuS)
  const nodeS = medianOf(start('node -e 0')?.cpuS)
  const [few, many] = manyHosts.length > 1 ? [manyHosts.at(0), manyHosts.at(-1)] : []
  const [timeOfMany, timeOfFew] = [many, few].map((one) => one && one.seconds / one.hosts)
  return [
    ...noOps,
    {
      name: 'first run, 30 tasks, 3 hosts, 0 ms / no-op',
      reached: ratio(wall(SMALL, 'run-playbook', 'first run'), wall(SMALL, 'run-playbook', 'no-op')),
      most: 1.5,
    },
    {
      name: 'seconds of processor time of a no-op, 3 hosts, over node -e 0',
      reached: cpuS === undefined || nodeS === undefined ? undefined : cpuS - nodeS,
      most: 0.25,
    },
    {
      name: 'run-playbook --help / node -e 0',
      reached: ratio(medianOf(start('run-playbook --help')?.wallS), medianOf(start('node -e 0')?.wallS)),
      most: 1.3,
    },
    { name: 'MB, dry run of 100 tasks on 1000 hosts', reached: mbOf(manyHosts, 1000), most: 400 },
    {
      name: `time for each host, ${many?.hosts ?? 'many'} hosts / ${few?.hosts ?? 'few'} hosts`,
      reached: ratio(timeOfMany, timeOfFew),
      most: 1.2,
    },
    { name: 'percent of a core for the screen at 100 hosts', reached: screen?.percent, most: 5 },
  ]
}

const medianOf = (values: readonly number[] | undefined): number | undefined => values && median(values)

const mbOf = (all: Results['manyHosts'], hosts: number): number | undefined =>
  all.find((one) => one.hosts === hosts)?.mb

const ratio = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one / other

/** For the screen: a line for each goal. */
export const goalLines = (results: Results): string[] =>
  goalsOf(results).map(({ name, reached, most }) => {
    const said = reached === undefined ? 'not measured' : reached.toFixed(2)
    const missed = reached !== undefined && reached > most ? '  missed' : ''
    return `${said.padStart(12)}  (at most ${most})  ${name}${missed}`
  })
