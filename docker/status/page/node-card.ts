import type { Config } from '../../../lib/cluster/status/config.ts'
import type { Status } from '../../../lib/cluster/status/schema.ts'
import { size, span } from '../../../lib/cluster/status/format.ts'
import { lagChart, meter } from './chart.ts'
import { type Html, html } from './html.ts'
import type { SeenNode } from './seen.ts'

const POINTS = 120
const MINUTES = 10

/** A node at a glance. */
export function nodeCard(node: SeenNode, primary: Status | undefined, { thresholds }: Config): Html {
  const { status, silence } = node
  const down = silence !== undefined || status?.postgres.up === false
  return html`<article class="card node ${down ? 'down old' : ''}">
    <div class="top">
      <h3>${node.name}</h3>
      ${badge(node)}
    </div>
    <div class="address">${node.address}</div>
    ${headline(node, primary)} ${chart(node, primary)}
    ${status === undefined ? '' : details(status, thresholds.connectionsShare)}
  </article>`
}

function badge({ status, silence }: SeenNode): Html {
  if (silence !== undefined) return html`<span class="badge critical">no answer</span>`
  const { up, state, role } = status?.postgres ?? {}
  if (up !== true)
    return html`<span class="badge ${state === 'starting' ? 'warning' : 'critical'}"
      >${state === 'unreachable' ? 'down' : state}</span
    >`
  return role === 'primary'
    ? html`<span class="badge primary">primary</span>`
    : html`<span class="badge">replica</span>`
}

function headline(
  { status, silence, silentSeconds, replicationName }: SeenNode,
  primary: Status | undefined,
): Html {
  const slot = primary?.replication.slots.find(({ name }) => name === replicationName)
  const kept =
    slot?.retainedBytes == null || slot.active
      ? ''
      : `the primary keeps ${size(slot.retainedBytes)} of WAL for it`
  if (silence !== undefined) {
    const since = silentSeconds === null ? '' : `, silent for ${span(silentSeconds)}`
    return html`<p class="big">No answer<small>${silence}${since}</small><small>${kept}</small></p>`
  }
  const { postgres, replication } = status as Status
  if (postgres.up && postgres.old)
    return html`<p class="big">
      Busy<small>${postgres.reason}</small><small>seen last ${span(postgres.factsAgeSeconds)} ago</small>
    </p>`
  if (!postgres.up) {
    const last = postgres.role === null ? '' : `was a ${postgres.role} ${span(postgres.factsAgeSeconds)} ago`
    return html`<p class="big">${postgres.reason}<small>${last}</small><small>${kept}</small></p>`
  }
  if (postgres.role === 'primary') {
    const streaming = replication.standbys.filter(({ state }) => state === 'streaming').length
    return html`<p class="big">
      Accepts writes<small
        >${streaming === 0 ? 'no replica is connected' : `${streaming} of ${Math.max(streaming, replication.slots.length)} replicas stream from it`}</small
      >
    </p>`
  }
  const { lagBytes, lagSeconds, receiver } = replication
  if (lagBytes === null)
    return html`<p class="big">
      Lag unknown<small
        >${receiver === null ? 'not connected to a primary' : `no WAL received from ${receiver.from}`}</small
      ><small>${kept}</small>
    </p>`
  const behind = lagBytes === 0 ? 'No lag' : `${size(lagBytes)} behind`
  return html`<p class="big">
    ${behind}<small
      >streams from ${receiver?.from}${(lagSeconds ?? 0) > 0 ? `, ${span(lagSeconds)} late` : ''}</small
    >
  </p>`
}

function chart(
  { status, silence, replicationName, name }: SeenNode,
  primary: Status | undefined,
): Html | string {
  const up = silence === undefined && status?.postgres.up === true
  if (up && status.postgres.role === 'primary') return slotTable(status)
  const own = up ? status.history.lagBytes : undefined
  const series = own ?? primary?.history.standbys[replicationName]
  return series === undefined ? '' : lagChart(series, POINTS, MINUTES, `lag of ${name}`)
}

// The primary has no lag; what its slots hold back is its to carry.
function slotTable({ replication: { slots } }: Status): Html | string {
  if (slots.length === 0) return ''
  return html`<div class="scroll">
    <table>
      <tr>
        <th>WAL for</th>
        <th class="n">keeps</th>
        <th class="n">state</th>
      </tr>
      ${slots.map(({ name, node, retainedBytes, active, walStatus }) => {
        const bad = walStatus === 'lost' || walStatus === 'unreserved' || !active
        return html`<tr>
          <td>${node ?? name}</td>
          <td class="n">${retainedBytes === null ? '–' : size(retainedBytes)}</td>
          <td class="n ${bad ? 'critical' : ''}">
            ${active ? (walStatus ?? 'active') : walStatus === 'lost' ? 'lost' : 'unused'}
          </td>
        </tr>`
      })}
    </table>
  </div>`
}

function details({ postgres, connections, archiver, wal, backups }: Status, many: number): Html {
  const { used, allowed } = connections
  const share = used === null || allowed === null ? null : used / allowed
  const newest = backups.list.at(-1)
  return html`<dl>
    <dt>Connections</dt>
    <dd>${used ?? 'unknown'} of ${allowed ?? 'unknown'}</dd>
    ${
      share === null
        ? ''
        : html`<dd class="wide">
            ${meter(share, share >= 1 ? 'critical' : share >= many ? 'warning' : 'ok', `${Math.round(share * 100)} % of the connections are in use`)}
          </dd>`
    }
    ${archiving(archiver)}
    <dt>Newest backup</dt>
    <dd class="${newest?.result === 'ok' ? '' : 'critical'}">
      ${newest === undefined ? (backups.readAt === null ? 'unknown' : 'none') : `${newest.type}, ${span(newest.ageSeconds)} ago`}
    </dd>
    <dt>WAL on disk</dt>
    <dd>${size(wal.bytes)}</dd>
    <dt>Timeline</dt>
    <dd>${postgres.timeline ?? 'unknown'}</dd>
    <dt>PostgreSQL</dt>
    <dd>
      ${postgres.version?.split(' ')[0] ?? 'unknown'}${postgres.uptimeSeconds === null ? '' : `, up ${span(postgres.uptimeSeconds)}`}
    </dd>
  </dl>`
}

function archiving({ failing, waiting, lastArchivedAgeSeconds }: Status['archiver']): Html {
  const last = lastArchivedAgeSeconds === null ? 'nothing yet' : `${span(lastArchivedAgeSeconds)} ago`
  const words =
    failing === true
      ? `fails, ${waiting} waiting`
      : waiting === null
        ? 'unknown'
        : waiting > 0
          ? `${last}, ${waiting} waiting`
          : last
  return html`<dt>Archived</dt>
    <dd class="${failing === true ? 'critical' : ''}">${words}</dd>`
}
