import { readFileSync } from 'node:fs'
import type { Host, ReportCell, ReportTable } from '../../../../lib/index.ts'
import { readAnswer } from '../../../../lib/cluster/report/answer.ts'
import { type NodeWarning } from '../../../../lib/cluster/report/warnings.ts'
import { poolerVars } from '../../../../lib/cluster/vars/pooler.ts'
import { statusReport } from '../../../../roles/index.ts'

export const hosts = ['node-a', 'node-b', 'node-c'].map(
  (name, i) => ({ name, address: `10.88.0.1${i + 1}`, groups: ['postgres'], vars: {} }) as unknown as Host,
)

/** What real nodes printed, each broken in its own way. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

export const NOTHING = 'disk none\ndocker missing\n'

/** When it was recorded: all were there at the same time, as far as anybody can tell. */
const clockOf = (text: string): number =>
  Number(/^clock (\d+)$/m.exec(text)?.[1] ?? 0) - (text.includes(FAST) ? AHEAD : 0)
export const AHEAD = 40
export const FAST = '# its clock is ahead\n'

/** The report on three nodes; undefined for one that was not reached. */
export function report(
  texts: readonly (string | undefined)[],
  limited = hosts,
  thresholds = {},
  pooler?: object,
) {
  const facts = Object.fromEntries(
    hosts.map(({ name }, i) => {
      const text = texts[i]
      return [name, text === undefined ? undefined : { answer: readAnswer(text), at: clockOf(text) * 1000 }]
    }),
  )
  const missing = hosts.filter((_, i) => texts[i] === undefined)
  const { parts, data, critical } = statusReport({
    hosts,
    limited,
    facts: { status: facts },
    unreached: Object.fromEntries(
      missing.map(({ name }) => [name, { code: 'E_CONNECT_FAILED', message: 'connection refused' }]),
    ),
    check: false,
    vars: { thresholds, ...(pooler && { pooler: poolerVars.parse(pooler) }) },
    secrets: undefined as never,
    stateDir: '',
  })
  const table = parts[0] as ReportTable
  const cell = (node: string, column: string): ReportCell | undefined =>
    table.rows.find(([name]) => text(name) === node)?.[table.columns.findIndex(({ name }) => name === column)]
  const warnings = (data['warnings'] as NodeWarning[]).map(
    ({ severity, node, code }) => `${severity} ${node ?? 'cluster'} ${code}`,
  )
  const say = (node: string, column: string) => text(cell(node, column))
  return { table, parts, data, critical, warnings, say, words: data['warnings'] as NodeWarning[] }
}

export const text = (cell: ReportCell | undefined): string =>
  typeof cell === 'string' ? cell : (cell?.text ?? '')

export const PRIMARY = fixture('primary')
export const REPLICA = fixture('replica')
/** The same, of another node. */
export const OTHER = REPLICA
