import type { Backup, Status } from '../../../lib/cluster/status/schema.ts'
import { size, span } from '../../../lib/cluster/status/format.ts'
import { type Html, html } from './html.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Distances between the lines of the scale, the first that gives few enough. */
const STEPS = [HOUR / 12, HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY]
const MOST_LINES = 5
const RADIUS = { full: 7, diff: 5, incr: 3.5 } as const

export interface TimelineRow {
  readonly name: string
  readonly backups: readonly Backup[]
  readonly window: Status['window']
  /** In place of the dots when there is nothing to show. */
  readonly note: string | null
}

/** The backups of every node on one scale, oldest to now. */
export function timeline(rows: readonly TimelineRow[], now: number): Html {
  const oldest = Math.min(
    now - HOUR / 6,
    ...rows.flatMap(({ backups }) => backups.map(({ finishedAt }) => Date.parse(finishedAt))),
  )
  const from = now - Math.min(35 * DAY, (now - oldest) * 1.06)
  const at = (time: number) =>
    `${Math.round(Math.min(1, Math.max(0, (time - from) / (now - from))) * 960) / 10 + 1}%`
  const step = STEPS.find((one) => (now - from) / one <= MOST_LINES) ?? 7 * DAY
  const first = Math.ceil(from / step) * step
  const lines = Array.from(
    { length: Math.max(0, Math.floor((now - first) / step) + 1) },
    (_, i) => first + i * step,
  )
  // The last label would run into "now".
  const labelled = lines.filter((time) => (now - time) / (now - from) > 0.1)
  return html`<div class="timeline">
    ${rows.map(
      (row) =>
        html`<div class="row">
          <span class="who">${row.name}</span>
          <svg height="26" role="img" aria-label="backups of ${row.name}">
            ${lines.map((time) => html`<line class="tick" x1="${at(time)}" x2="${at(time)}" y1="0" y2="26" />`)}
            <line class="base" x1="1%" x2="97%" y1="13" y2="13" />
            ${(row.window?.stretches ?? []).map((one) => band(at(Date.parse(one.from)), at(Date.parse(one.to))))}
            ${row.backups.map((one) => dot(one, at(Date.parse(one.finishedAt))))}
            ${row.note === null ? '' : html`<text class="note" x="2%" y="17">${row.note}</text>`}
          </svg>
        </div>`,
    )}
    <div class="row scale">
      <span class="who"></span
      ><svg height="16" aria-hidden="true">
        ${labelled.map((time) => html`<text x="${at(time)}" y="12" text-anchor="middle">${label(time, step)}</text>`)}
        <text x="97%" y="12" text-anchor="middle">now</text>
      </svg>
    </div>
  </div>`
}

const band = (from: string, to: string): Html =>
  html`<line class="window" x1="${from}" x2="${to}" y1="13" y2="13">
    <title>every moment in here can be restored</title>
  </line>`

function dot(one: Backup, x: string): Html {
  const words = `${one.type} ${one.label}: ${one.result}, ${span(one.ageSeconds)} ago, took ${span(one.durationSeconds)}, database ${size(one.databaseBytes)}`
  return html`<circle class="${one.type} ${one.result}" cx="${x}" cy="13" r="${RADIUS[one.type]}"
    ><title>${words}</title></circle
  >`
}

function label(time: number, step: number): string {
  const date = new Date(time).toISOString()
  return step >= DAY ? date.slice(5, 10) : date.slice(11, 16)
}
