import type { Status } from '../../../lib/cluster/status/schema.ts'
import { size, span } from '../../../lib/cluster/status/format.ts'
import { type Html, html } from './html.ts'
import type { SeenNode, SeenWarning } from './seen.ts'
import { timeline } from './timeline.ts'

export function warningList(warnings: readonly SeenWarning[]): Html | string {
  if (warnings.length === 0) return ''
  return html`<ul class="warnings">
    ${warnings.map(({ severity, node, message }) => html`<li class="${severity}"><b>${node}</b><span>${message}</span></li>`)}
  </ul>`
}

export function backupSection(nodes: readonly SeenNode[], now: number): Html {
  const rows = nodes.map(({ name, status, silence }) => ({
    name,
    backups: status?.backups.list ?? [],
    window: status?.window ?? null,
    note: noteOf(status, silence),
  }))
  const spot = (kind: string, r: number) =>
    html`<svg viewBox="0 0 14 14" aria-hidden="true"><circle class="${kind}" cx="7" cy="7" r="${r}" /></svg>`
  const windows = rows.some(({ window }) => window?.from)
  return html`<h2>Backups</h2>
    <section class="card">
      ${timeline(rows, now)}
      <p class="legend">
        <span>${spot('full', 7)}full</span><span>${spot('diff', 5)}differential</span
        ><span>${spot('incr', 4)}incremental</span> ${
          windows &&
          html`<span
            ><svg viewBox="0 0 14 14" aria-hidden="true">
              <line class="window" x1="0" x2="14" y1="7" y2="7" /></svg
            >any moment here can be restored</span
          >`
        }
      </p>
    </section>`
}

function noteOf(status: Status | undefined, silence: string | undefined): string | null {
  if (status === undefined) return silence ?? null
  if (status.backups.list.length > 0) return null
  return status.backups.reason ?? (status.backups.readAt === null ? 'not known yet' : 'no backup')
}

export function restoreSection(nodes: readonly SeenNode[]): Html {
  return html`<section class="card scroll">
    <table>
      <tr>
        <th>node</th>
        <th>can be restored to</th>
        <th>last practised</th>
        <th>next backup</th>
      </tr>
      ${nodes.map(({ name, status }) => {
        const { window, drill, repository, objectStore } = status ?? {}
        return html`<tr>
          <td>${name}</td>
          <td>
            ${windowWords(window)}
            ${objectStore ? html`<small>in the object store: ${windowWords(objectStore.window)}</small>` : ''}
          </td>
          <td class="${drill?.ok === false ? 'critical' : ''}">
            ${drill ? `${drill.ok ? 'passed' : 'failed'} ${ago(drill.at)}` : 'never'}
          </td>
          <td>
            ${repository?.next ? `${repository.next.type ?? ''} ${when(repository.next.at)}` : 'unknown'}
          </td>
        </tr>`
      })}
    </table>
  </section>`
}

const windowWords = (window: Status['window'] | undefined): string =>
  window?.from
    ? `${when(window.from)} ${window.complete ? 'and later' : `to ${when(window.to ?? window.from)}`}`
    : 'unknown'

export function databaseSection(primary: Status | undefined): Html | string {
  if (primary === undefined || primary.databases.length === 0) return ''
  return html`<section class="card scroll">
    <table>
      <tr>
        <th>database</th>
        <th class="n">size</th>
        <th class="n">connections</th>
      </tr>
      ${primary.databases.map(
        ({ name, bytes, connections }) =>
          html`<tr>
            <td>${name}</td>
            <td class="n">${size(bytes)}</td>
            <td class="n">${connections ?? '–'}</td>
          </tr>`,
      )}
    </table>
  </section>`
}

const when = (time: string): string => `${time.slice(5, 10)} ${time.slice(11, 16)}`
const ago = (time: string): string => `${span(Math.max(0, (Date.now() - Date.parse(time)) / 1000))} ago`
