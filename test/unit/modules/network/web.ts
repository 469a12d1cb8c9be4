import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Asked } from './uri-cases.ts'

interface Request {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A web server with pages for the tests. */
export interface Web {
  readonly address: string
  readonly asked: Request[]
  /** Looked for in the arguments of all processes whenever something is asked. */
  watchFor: string | undefined
  /** Arguments that held it. */
  readonly seen: string[]
  /** What was asked, as tests compare it. @param query only what has this at the end of the address */
  said(query?: string): readonly Asked[]
  close(): void
}

const PAGES: Readonly<Record<string, string>> = {
  '/200': '',
  '/text': 'grüße\nof the app\n',
  '/json': '{"status": "ok"}',
}

export async function startWeb(): Promise<Web> {
  const asked: Request[] = []
  const seen: string[] = []
  let thirds = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const body = await text(request)
    asked.push({ method, url, headers, body })
    if (web.watchFor !== undefined) seen.push(...argumentsWith(web.watchFor))
    const [path = '', query] = url.split('?')
    const search = query === undefined ? '' : `?${query}`
    const [, status, to] = /^\/to\/(\d+)(\/.*)$/.exec(path) ?? []
    const [, away] = /^\/away\/(.*)$/.exec(path) ?? []
    if (status !== undefined) response.writeHead(Number(status), { Location: `${to}${search}` }).end('moved')
    else if (away !== undefined) response.writeHead(302, { Location: away }).end('moved')
    else if (path === '/third') response.writeHead(++thirds % 3 === 0 ? 200 : 503).end()
    else if (path === '/204') response.writeHead(204).end()
    else if (path === '/echo') response.end(JSON.stringify({ headers, body }))
    else if (path === '/half') {
      response.writeHead(200, { 'Content-Length': 1000 })
      response.write('half', () => response.destroy())
    } else if (path === '/endless') flood(response)
    else {
      const page = PAGES[path]
      response.writeHead(page === undefined ? 404 : 200, { 'X-Page': 'a' }).end(page ?? 'no such page')
    }
  }
  // A request may end before it is whole.
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const web: Web = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    watchFor: undefined,
    seen,
    said: (query = '') =>
      asked
        .filter(({ url }) => url.endsWith(query))
        .map(({ method, url, headers, body }) => ({
          method,
          path: url.replace(/\?.*/, ''),
          ...(headers['content-type'] !== undefined && { type: headers['content-type'] }),
          ...(body !== '' && { body }),
        })),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return web
}

function flood(response: ServerResponse): void {
  const more = (): void => {
    while (response.writable && response.write('x'.repeat(65_536)));
  }
  response.on('drain', more).on('error', () => {})
  more()
}

function argumentsWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return line.includes(word) ? [line] : []
      } catch {
        return []
      }
    })
}
