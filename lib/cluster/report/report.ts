import type { z } from 'zod'
import type { Host } from '../../playbook/inventory.ts'
import type { Report, ReportCell, ReportColumn, ReportLines } from '../../core/report.ts'
import type { ReportContext } from '../../playbook/playbook.ts'
import type { PoolerVars } from '../vars/pooler.ts'
import type { thresholdVars } from '../vars/status-service.ts'
import type { StatusFact } from './fact.ts'
import { type NodeStatus, nodeStatus } from './node-status.ts'
import { type NodeWarning, clusterWarnings } from './warnings.ts'
import * as cells from './cells.ts'

type Context = ReportContext<
  { readonly thresholds: z.output<typeof thresholdVars>; readonly pooler?: PoolerVars | undefined },
  { readonly status: StatusFact | undefined }
>

// Where there is little room, those that the warnings speak for go first.
const COLUMNS: readonly (ReportColumn & { readonly cell: cells.Cell })[] = [
  { name: 'role', cell: cells.role },
  { name: 'lag', align: 'right', cell: cells.lag },
  { name: 'slots', cell: cells.slots },
  { name: 'newest backup', cell: cells.backup },
  { name: 'connections', align: 'right', cell: cells.connections, optional: true },
  { name: 'pooler', align: 'right', cell: cells.pooler, optional: true },
  { name: 'timeline', align: 'right', cell: cells.timeline, optional: true },
  { name: 'archive', cell: cells.archive, optional: true },
  { name: 'data', align: 'right', cell: cells.stored, optional: true },
  { name: 'restorable since', cell: cells.since, optional: true },
  { name: 'version', cell: cells.version, optional: true },
  { name: 'up', align: 'right', cell: cells.uptime, optional: true },
]

/** All nodes in one table, and in words what somebody should look at. */
export function statusReport({ hosts, limited, facts, unreached, vars }: Context): Report {
  const nodes = hosts.filter(({ groups }) => groups.includes('postgres'))
  const shown = nodes.filter((node) => limited.includes(node))
  const statuses = new Map<Host, NodeStatus>()
  for (const node of nodes) {
    const fact = facts.status[node.name]
    const others = nodes.filter((other) => other !== node)
    if (fact !== undefined) statuses.set(node, nodeStatus(fact.answer, node, others, fact.at))
  }
  const warnings = clusterWarnings({
    nodes,
    statuses,
    unreached,
    thresholds: vars.thresholds,
    pooler: vars.pooler !== undefined,
  }).filter(({ node }) => node === null || shown.some(({ name }) => name === node))
  const columns = COLUMNS.filter(({ name }) => name !== 'pooler' || vars.pooler !== undefined)
  const row = (node: Host): readonly ReportCell[] => {
    const status = statuses.get(node)
    if (status === undefined) return [node.name, { text: 'not reached', tone: 'bad' }]
    return [{ text: node.name, tone: 'strong' }, ...columns.map(({ cell }) => cell(status))]
  }
  return {
    parts: [
      {
        kind: 'table',
        columns: [
          { name: 'node' },
          ...columns.map(({ name, align, optional }) => ({ name, align, optional })),
        ],
        rows: shown.map(row),
      },
      words(warnings, shown),
    ],
    data: {
      nodes: Object.fromEntries(
        shown.map((node) => [node.name, statuses.get(node) ?? { unreached: unreached[node.name] ?? null }]),
      ),
      warnings,
    },
    critical: warnings.some(({ severity }) => severity === 'critical'),
  }
}

function words(warnings: readonly NodeWarning[], shown: readonly Host[]): ReportLines {
  if (warnings.length === 0)
    return { kind: 'lines', lines: [{ text: { text: 'All is well.', tone: 'good' } }] }
  const width = Math.max('cluster'.length, ...shown.map(({ name }) => name.length))
  return {
    kind: 'lines',
    lines: warnings.map(({ severity, node, message }) => ({
      label: {
        text: `${severity.padEnd('critical'.length)}  ${(node ?? 'cluster').padEnd(width)}`,
        tone: severity === 'critical' ? 'bad' : 'warning',
      },
      text: message,
    })),
  }
}
