import { createHash } from 'node:crypto'
import type { Status } from '../../../lib/cluster/status/schema.ts'
import { list, plural } from '../../../lib/cluster/status/format.ts'
import { Html, html } from './html.ts'
import { nodeCard } from './node-card.ts'
import { SCRIPT } from './script.ts'
import { backupSection, databaseSection, restoreSection, warningList } from './sections.ts'
import { type SeenNode, type SeenWarning, type View, nodesOf, primaryOf, warningsOf } from './seen.ts'
import { STYLE } from './style.ts'

const hash = (source: string) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`

/** Nothing runs and nothing is loaded but what stands in the page itself. */
export const pageHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${hash(STYLE)}`,
    `script-src ${hash(SCRIPT)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

/** Byte for byte what was hashed: a formatter's space would make browsers refuse it. */
const inline = (tag: 'style' | 'script', source: string) => new Html(`<${tag}>${source}</${tag}>`)

const MARKS = {
  ok: 'M5 13l4.5 4.5L19 7.5',
  warning: 'M12 6v7M12 17.5v.1',
  critical: 'M7 7l10 10M17 7L7 17',
} as const
const COLORS = { ok: '%2323855a', warning: '%23d08a00', critical: '%23c4312f' } as const
type Level = keyof typeof MARKS

/** `GET /`: the whole cluster as this node sees it. */
export function renderPage(view: View): string {
  const { status, config } = view
  const nodes = nodesOf(view)
  const warnings = warningsOf(nodes)
  const primary = primaryOf(nodes)
  const level: Level = warnings.some(({ severity }) => severity === 'critical')
    ? 'critical'
    : warnings.length > 0
      ? 'warning'
      : 'ok'
  const verdict = verdictOf(nodes, primary, warnings)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${verdict} · ${status.node.name}</title>
        <link
          rel="icon"
          href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='${new Html(COLORS[level])}'/%3E%3C/svg%3E"
        />
        <noscript><meta http-equiv="refresh" content="10" /></noscript>
        ${inline('style', STYLE)}
      </head>
      <body>
        <div id="stale" role="alert">
          ${status.node.name} does not answer any more: this is what it said last
        </div>
        <main>
          <header class="${level}">
            <span class="lamp"
              ><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${MARKS[level]}" /></svg
            ></span>
            <div>
              <h1>${verdict}</h1>
              <p>PostgreSQL as seen from ${status.node.name} at ${status.time.slice(11, 19)} UTC</p>
            </div>
          </header>
          ${warningList(warnings)}
          <h2>Nodes</h2>
          <section class="nodes">${nodes.map((node) => nodeCard(node, primary, config))}</section>
          ${backupSection(nodes, Date.parse(status.time))}
          <h2>Restore and contents</h2>
          <div class="pair">${restoreSection(nodes)}${databaseSection(primary)}</div>
          <footer>
            <span>All times UTC</span><a href="/status">JSON</a><a href="/schema">schema</a
            ><a href="/metrics">metrics</a>${nodes
              .filter(({ name }) => name !== status.node.name)
              .map(
                ({ name, address }) =>
                  html`<a href="http://${address}:${config.port}/">as ${name} sees it</a>`,
              )}<span>run-playbook ${status.service.version}</span>
          </footer>
        </main>
        ${inline('script', SCRIPT)}
      </body>
    </html> `.text
}

function verdictOf(
  nodes: readonly SeenNode[],
  primary: Status | undefined,
  warnings: readonly SeenWarning[],
): string {
  const names = (some: readonly SeenNode[]) => list(some.map(({ name }) => name))
  const silent = nodes.filter(({ silence }) => silence !== undefined)
  // That a status service is silent says nothing of the database, unless the primary misses it as well.
  const missed = ({ replicationName }: SeenNode) =>
    primary !== undefined && !primary.replication.standbys.some(({ name }) => name === replicationName)
  const down = nodes.filter((node) =>
    node.silence === undefined ? node.status?.postgres.up === false : missed(node),
  )
  if (down.length > 0) return `${names(down)} ${down.length === 1 ? 'is' : 'are'} down`
  if (silent.length > 0) return `${names(silent)} ${silent.length === 1 ? 'does' : 'do'} not answer`
  if (warnings.length > 0) return plural(warnings.length, 'warning')
  return 'All is well'
}
