import schemaFile from '../status.schema.json' with { type: 'json' }
import { Source } from '../facts/source.ts'
import { metricsOf } from '../metrics.ts'
import { pageHeaders, renderPage } from '../page/page.ts'
import type { Service } from '../service.ts'
import { type Answer, METHODS, type Question, json, text } from './answer.ts'
import { CHECKS, type HealthView } from './health-checks.ts'
import { clusterBody, patroniBody } from './health-json.ts'

/** However many ask, an answer is made at most this often. */
const KEPT_MS = 250

/** What there is to be had, and how it is made. Nothing here reads a file by a name from outside. */
export function routes(service: Service): (question: Question) => Promise<Answer> {
  const view = async (): Promise<HealthView> => ({
    status: await service.health(),
    peers: service.knownPeers(),
    config: service.config,
  })
  const whole = async () => ({
    status: await service.status(),
    peers: await service.peers(),
    config: service.config,
  })

  const documents = new Map<string, () => Promise<Answer>>([
    ['/status', async () => json(200, await service.status())],
    ['/schema', async () => ({ ...json(200, schemaFile), type: 'application/schema+json' })],
    ['/cluster', async () => json(200, clusterBody(await whole()))],
    ['/metrics', async () => metricsOf(await service.status())],
    ['page', async () => ({ ...htmlOf(renderPage(await whole())) })],
  ])
  const kept = new Map([...documents].map(([path, make]) => [path, new Source(make)]))

  const document = async (path: string): Promise<Answer> => {
    const source = kept.get(path) as Source<Answer>
    await source.refresh(KEPT_MS)
    if (source.failure !== undefined || source.value === undefined) {
      console.error(`${path}:`, source.failure)
      return text(500, 'this answer could not be made; the log of the container postgres-status says why')
    }
    return source.value
  }

  return async ({ method, path, query, accept }) => {
    // It runs no SQL and asks nobody: that an answer comes is the answer.
    if (path === '/liveness') return text(200, 'alive')
    // Browsers ask for text/html and see the page. For load balancers `/` is what it is for Patroni: am I primary?
    if (path === '/' && method !== 'OPTIONS' && accept.includes('text/html')) return document('page')
    const check = CHECKS.get(path)
    if (check !== undefined) {
      const seen = await view()
      return json(check(seen, query) ? 200 : 503, patroniBody(seen))
    }
    if (!documents.has(path) || path === 'page')
      return text(
        404,
        'not here; there are / /status /schema /metrics /cluster /primary /replica /health /ready',
      )
    return method === 'OPTIONS' ? text(204, '', { Allow: METHODS.join(', ') }) : document(path)
  }
}

const htmlOf = (body: string): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body,
  headers: pageHeaders,
})
