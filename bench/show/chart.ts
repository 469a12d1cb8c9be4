import { type Row, isGood, median } from '../measure/results.ts'
import { distinct, toolsIn } from './rows.ts'

const COLORS: Readonly<Record<string, string>> = {
  'ssh host true': '#888888',
  floor: '#56b4e9',
  'run-playbook': '#d55e00',
  pyinfra: '#cc79a7',
  Mitogen: '#009e73',
  Ansible: '#0072b2',
}
const PANEL = { width: 230, height: 190, gap: 56 }
const LEFT = 56
const TOP = 84

/** Seconds by the number of hosts, as SVG: a panel for each number of tasks and each delay. The seconds are logarithmic. */
export function chart(title: string, all: readonly Row[]): string {
  const rows = all.filter(isGood)
  const tasks = distinct(rows.map((row) => row.tasks))
  const delays = distinct(rows.map((row) => row.delayMs))
  const seconds = rows.map(({ wallS }) => median(wallS))
  const scale = logScale(Math.min(...seconds), Math.max(...seconds))
  const width = LEFT + delays.length * (PANEL.width + PANEL.gap)
  const height = TOP + tasks.length * (PANEL.height + PANEL.gap)
  const panels = tasks.flatMap((count, y) =>
    delays.map((delayMs, x) => {
      const own = rows.filter((row) => row.tasks === count && row.delayMs === delayMs)
      const at = `${LEFT + x * (PANEL.width + PANEL.gap)} ${TOP + y * (PANEL.height + PANEL.gap)}`
      return `<g transform="translate(${at})">${panel(`${count} tasks, ${delayMs} ms`, own, scale)}</g>`
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="white"/>
<text x="${LEFT}" y="24" font-size="16">${title}</text>
${toolsIn(rows).map(legend).join('\n')}
${panels.join('\n')}
</svg>
`
}

interface Scale {
  readonly y: (seconds: number) => number
  readonly ticks: readonly number[]
}

/** From the power of ten below the least to the one above the most. */
function logScale(least: number, most: number): Scale {
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const range = Math.max(1, high - low)
  return {
    y: (seconds) => PANEL.height * (1 - (Math.log10(seconds) - low) / range),
    ticks: Array.from({ length: range + 1 }, (_, i) => 10 ** (low + i)),
  }
}

function legend(tool: string, i: number): string {
  const x = LEFT + i * 125
  const line = `<line x1="${x}" y1="46" x2="${x + 18}" y2="46" stroke="${COLORS[tool]}" stroke-width="2"/>`
  return `${line}<text x="${x + 24}" y="50">${tool}</text>`
}

function panel(title: string, rows: readonly Row[], { y, ticks }: Scale): string {
  const hosts = distinct(rows.map((row) => row.hosts))
  const x = (count: number): number => ((hosts.indexOf(count) + 0.5) * PANEL.width) / hosts.length
  const grid = ticks.map(
    (tick) =>
      `<line x1="0" y1="${y(tick)}" x2="${PANEL.width}" y2="${y(tick)}" stroke="#dddddd"/>` +
      `<text x="-6" y="${y(tick) + 4}" text-anchor="end">${tick} s</text>`,
  )
  const names = hosts.map(
    (count) => `<text x="${x(count)}" y="${PANEL.height + 16}" text-anchor="middle">${count} hosts</text>`,
  )
  const lines = toolsIn(rows).map((tool) => {
    const points = hosts.flatMap((count) => {
      const row = rows.find((one) => one.hosts === count && one.tool === tool)
      return row === undefined ? [] : [[x(count), y(median(row.wallS))].map((one) => one.toFixed(1))]
    })
    const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${COLORS[tool]}"/>`)
    const line = `<polyline points="${points.map((one) => one.join()).join(' ')}" fill="none" stroke="${COLORS[tool]}" stroke-width="2"/>`
    return `${line}${dots.join('')}`
  })
  const head = `<text y="-8" font-weight="bold">${title}</text>`
  return [head, ...grid, ...names, ...lines].join('\n')
}
