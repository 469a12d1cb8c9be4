import { readFileSync, writeFileSync } from 'node:fs'
import type { Results } from '../measure/results.ts'
import { chart } from './chart.ts'
import { tables } from './tables.ts'

const PAGE = 'docs/speed.md'
const CHART = 'docs/images/speed.svg'
const BEGIN = '<!-- written by npm run bench: begin -->'
const END = '<!-- written by npm run bench: end -->'

/** Puts the numbers into the page, between its two comments, and writes the chart. */
export function writePage(results: Results): void {
  writeFileSync(PAGE, withNumbers(readFileSync(PAGE, 'utf8'), results))
  const noOps = results.rows.filter(({ phase }) => phase === 'no-op')
  if (noOps.length > 0) writeFileSync(CHART, chart('Runs in which nothing has to change', noOps))
}

/** @throws Error where the page does not have both comments */
export function withNumbers(page: string, results: Results): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${PAGE} needs the lines ${BEGIN} and ${END}`)
  const picture = results.rows.some(({ phase }) => phase === 'no-op')
    ? [
        '![Seconds of a run in which nothing has to change, by tool, hosts, tasks and delay](images/speed.svg)',
      ]
    : []
  const parts = [BEGIN, about(results), ...picture, tables(results), END]
  return page.slice(0, begin) + parts.join('\n\n') + page.slice(end + END.length)
}

function about({ at, node, cores, processor, delayedBy, versions, rows }: Results): string {
  const rounds = Math.max(0, ...rows.map(({ wallS }) => wallS.length))
  const by = { netem: 'the kernel (netem)', proxy: 'a proxy' }[delayedBy]
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Measured on ${at.slice(0, 10)} with Node.js ${node.slice(1)} on ${cores} cores (${processor}), which also ran the hosts.`,
    ...(rows.length > 0
      ? [`${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}. The delay is made by ${by}.`]
      : []),
    ...(tools.length > 0 ? [`Versions: ${tools.join(', ')}.`] : []),
  ].join(' ')
}
