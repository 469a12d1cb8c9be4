import { size } from '../../../lib/cluster/status/format.ts'
import { type Html, html } from './html.ts'

const WIDTH = 240
const HEIGHT = 44
/** Less than a segment of noise is drawn as what it is: nothing to look at. */
const LEAST_SCALE = 2 ** 20

type Series = readonly (number | null)[]

/** The last minutes of a lag: a line over an area, with holes where nothing is known. */
export function lagChart(series: Series, slots: number, minutes: number, label: string): Html {
  const known = series.filter((value) => value !== null)
  const peak = Math.max(0, ...known)
  const scale = Math.max(peak, LEAST_SCALE) * 1.1
  const x = (i: number) => round(((i + slots - series.length) / (slots - 1)) * WIDTH)
  const y = (value: number) => round(HEIGHT - 2 - (value / scale) * (HEIGHT - 6))
  const runs = stretches(series)
  const line = runs.map((run) => `M${run.map(([i, value]) => `${x(i)} ${y(value)}`).join('L')}`).join('')
  const area = runs
    .map((run) => {
      const [first, last] = [run[0] as Point, run.at(-1) as Point]
      return `M${x(first[0])} ${HEIGHT}L${run.map(([i, value]) => `${x(i)} ${y(value)}`).join('L')}L${x(last[0])} ${HEIGHT}Z`
    })
    .join('')
  const words = known.length === 0 ? 'nothing known yet' : `at most ${size(peak)}`
  return html`<figure class="chart">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${label}, last ${minutes} minutes: ${words}"
    >
      <path class="area" d="${area}" />
      <path class="line" d="${line}" />
    </svg>
    <figcaption><span>${minutes} min ago</span><span>${words}</span><span>now</span></figcaption>
  </figure>`
}

type Point = readonly [index: number, value: number]

function stretches(series: Series): Point[][] {
  const runs: Point[][] = []
  series.forEach((value, i) => {
    if (value === null) return
    const open = series[i - 1] !== null && i > 0 ? runs.at(-1) : undefined
    if (open === undefined) runs.push([[i, value]])
    else open.push([i, value])
  })
  // A lone point has no line: it is drawn one step long.
  return runs.map((run) =>
    run.length === 1 ? [run[0] as Point, [(run[0] as Point)[0] + 0.9, (run[0] as Point)[1]]] : run,
  )
}

/** How much of something is used. */
export function meter(share: number, level: 'ok' | 'warning' | 'critical', label: string): Html {
  const percent = round(Math.min(1, Math.max(0, share)) * 100)
  return html`<svg class="meter ${level}" height="6" role="img" aria-label="${label}">
    <rect class="track" width="100%" height="6" rx="3" />
    <rect class="fill" width="${percent}%" height="6" rx="3" />
  </svg>`
}

const round = (value: number): number => Math.round(value * 10) / 10
