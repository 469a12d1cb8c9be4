import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Targets } from '../lab/lab.ts'
import { type Commands, PHASES, type Phase, type Tool } from '../tools/tool.ts'
import { tasks } from '../work/tasks.ts'
import type { Patience } from './patience.ts'
import type { Cell, Row } from './results.ts'
import { type Measured, Rows } from './rows.ts'
import { Stage } from './stage.ts'
import { type Timed, plainEnv, timed } from './timed.ts'

export interface CellOptions {
  readonly cell: Cell
  readonly targets: Targets
  readonly tools: readonly Tool[]
  readonly times: number
  /** Seconds that all rounds of a tool in one phase may take. There is at least one. */
  readonly roundsS: number
  /** Seconds that one run of a tool may take that is only compared with. */
  readonly patienceS: number
  readonly patience: Patience
  /** No further round is begun once this says so. */
  readonly isLate: () => boolean
  /** For the files of the tools. */
  readonly folder: string
  readonly packageFolder: string
  readonly say: (text: string) => void
}

/** A tool that is ready to run. */
interface Entrant {
  readonly tool: Tool
  readonly folder: string
  readonly commands: Commands
}

/** Measures all tools in one cell. They take turns, in another order each round. */
export async function measureCell(options: CellOptions): Promise<readonly Row[]> {
  const { cell, targets, times, roundsS, patience, say } = options
  const stage = new Stage(tasks(cell.tasks), targets)
  const entrants = await enter(options)
  const rows = new Rows(cell)
  for (let round = 0; round < times && !(round > 0 && options.isLate()); round++) {
    const first = round % Math.max(1, entrants.length)
    const order = [...entrants.slice(first), ...entrants.slice(0, first)]
    for (const phase of PHASES) {
      stage.set(phase)
      for (const entrant of order) {
        const { name } = entrant.tool
        if (!patience.allows(name, cell) || !rows.goesOn(phase, name, roundsS)) continue
        const measured = await measure(phase, entrant, stage, options.patienceS)
        if (measured.longerThan !== undefined) patience.noteSlow(name, cell)
        rows.add(phase, name, measured)
        say(`${phase}, round ${round + 1}: ${name} ${textOf(measured)}`)
      }
    }
  }
  return rows.all()
}

function textOf({ wallS, wrong, longerThan }: Measured): string {
  if (longerThan !== undefined) return `took longer than ${longerThan} s, and is left out from here on`
  return `${wallS.toFixed(2)} s${wrong === undefined ? '' : `: ${wrong}`}`
}

async function enter(options: CellOptions): Promise<Entrant[]> {
  const { cell, targets, tools, patience, packageFolder } = options
  const works = tasks(cell.tasks)
  const entrants: Entrant[] = []
  for (const tool of tools.filter(({ name }) => patience.allows(name, cell))) {
    // The home of a tool stays, with what it keeps there.
    const folder = join(options.folder, tool.name.replaceAll(' ', '-'))
    rmSync(join(folder, 'project'), { recursive: true, force: true })
    mkdirSync(join(folder, 'project'), { recursive: true })
    const commands = tool.prepare({ works, targets, folder: join(folder, 'project'), packageFolder })
    const entrant = { tool, folder, commands }
    if (commands.warmUp !== undefined) await run(entrant, commands.warmUp)
    entrants.push(entrant)
  }
  return entrants
}

async function measure(phase: Phase, entrant: Entrant, stage: Stage, patienceS: number): Promise<Measured> {
  const { tool, commands } = entrant
  if (phase === 'first run' && tool.idle !== true) stage.set(phase)
  const mostS = tool.compared === true ? patienceS : undefined
  const { wallS, cpuS, late, ...ended } = await run(entrant, commands.argv[phase], mostS)
  if (late && mostS !== undefined) {
    // What it has begun on the hosts may still go on.
    await sleep(5000)
    stage.set(phase)
    return { wallS, cpuS, longerThan: mostS }
  }
  const failed = ended.code === 0 ? undefined : `exit status ${ended.code}: ${lastOf(ended)}`
  const wrong =
    failed ?? (tool.idle === true ? undefined : stage.verdict(phase, commands.changes?.(ended.output)))
  if (wrong !== undefined) stage.set(phase)
  return { wallS, cpuS, wrong }
}

function run({ folder, commands }: Entrant, argv: readonly string[], mostS?: number): Promise<Timed> {
  const env = { ...plainEnv(folder), ...commands.env }
  return timed(argv, { folder, cwd: join(folder, 'project'), env, ...(mostS !== undefined && { mostS }) })
}

const lastOf = ({ output, errors }: Pick<Timed, 'output' | 'errors'>): string =>
  `${output}${errors}`.trim().slice(-600)
