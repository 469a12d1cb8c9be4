import { type Results, type Row, isGood, median } from '../measure/results.ts'
import { PHASES, type Phase } from '../tools/tool.ts'
import { cellsIn, rowOf, toolsIn } from './rows.ts'

const OURS = 'run-playbook'
const IDLE = 'ssh host true'

/** The tables of the page, as Markdown. */
export const tables = (results: Results): string =>
  [...PHASES.map((phase) => runs(results.rows, phase)), starts(results), manyHosts(results), screen(results)]
    .filter((text) => text !== '')
    .join('\n\n')

/** Seconds of each tool in a phase; in parentheses, how many times as long as `ssh host true` on the same hosts. */
function runs(all: readonly Row[], phase: Phase): string {
  const rows = all.filter((row) => row.phase === phase)
  const tools = toolsIn(rows)
  if (tools.length === 0) return ''
  const lines = cellsIn(rows).map((cell) => {
    const of = (tool: string): Row | undefined => rowOf(rows, cell, tool)
    const times = tools.map((tool) => measured(of(tool), tool === IDLE ? undefined : of(IDLE)))
    const noOp = rowOf(all, { ...cell, phase: 'no-op' }, OURS)
    const more = [ratio(of(OURS), of('floor')), ...(phase === 'first run' ? [ratio(of(OURS), noOp)] : [])]
    return [cell.tasks, cell.hosts, `${cell.delayMs} ms`, ...times, ...more]
  })
  const more = [`${OURS} / floor`, ...(phase === 'first run' ? [`${OURS} / its no-op`] : [])]
  return `### ${heading(phase)}\n\n${table(['tasks', 'hosts', 'delay', ...tools, ...more], lines)}`
}

const heading = (phase: Phase): string => `${phase[0]?.toUpperCase()}${phase.slice(1)}`

function measured(row: Row | undefined, idle: Row | undefined): string {
  if (row === undefined) return '–'
  if (row.wrong !== undefined) return 'failed'
  if (row.longerThan !== undefined) return `> ${row.longerThan} s`
  const once = row.wallS.length === 1 ? ' once' : ''
  const relative = idle === undefined ? '' : ` (${ratio(row, idle)})`
  return `${median(row.wallS).toFixed(2)} s${once}${relative}`
}

function ratio(row: Row | undefined, other: Row | undefined): string {
  if (row === undefined || other === undefined || !isGood(row) || !isGood(other)) return '–'
  return `${(median(row.wallS) / median(other.wallS)).toFixed(1)}×`
}

function starts({ starts: all, rows }: Results): string {
  const [node] = all
  if (node === undefined) return ''
  const base = { wall: median(node.wallS), cpu: median(node.cpuS) }
  const line = (name: string, wallS: number, cpuS: number): string[] => [
    name,
    `${wallS.toFixed(2)} s`,
    `${(wallS / base.wall).toFixed(1)}×`,
    `${cpuS.toFixed(2)} s`,
    `${(cpuS - base.cpu).toFixed(2)} s`,
  ]
  const lines = all.map(({ program, wallS, cpuS }) => line(`\`${program}\``, median(wallS), median(cpuS)))
  const noOps = rows.filter((row) => row.tool === OURS && row.phase === 'no-op' && isGood(row))
  const [smallest] = cellsIn(noOps)
  const noOp = smallest === undefined ? undefined : rowOf(noOps, smallest, OURS)
  if (noOp !== undefined) {
    const name = `no-op, ${noOp.tasks} tasks, ${noOp.hosts} hosts, ${noOp.delayMs} ms`
    lines.push(line(name, median(noOp.wallS), median(noOp.cpuS)))
  }
  const head = ['', 'time', `/ \`${node.program}\``, 'processor time', `more than \`${node.program}\``]
  return `### Start\n\n${table(head, lines)}`
}

function manyHosts({ manyHosts: all }: Results): string {
  if (all.length === 0) return ''
  const lines = all.map(({ hosts, tasks, seconds, cpuS, mb }) => [
    hosts,
    tasks,
    `${seconds.toFixed(1)} s`,
    `${cpuS.toFixed(1)} s`,
    `${((seconds / hosts) * 1000).toFixed(1)} ms`,
    `${mb} MB`,
  ])
  const head = ['hosts', 'tasks', 'time', 'processor time', 'time for each host', 'memory']
  return `### Many hosts\n\n${table(head, lines)}`
}

const screen = ({ screen: cost }: Results): string =>
  cost === undefined
    ? ''
    : `### Screen\n\nOn a terminal, while ${cost.tasksASecond} tasks a second end on ${cost.hosts} hosts: ${cost.percent.toFixed(1)} % of a processor core.`

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}
