import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { type Answer, METHODS, type Question, text } from './answer.ts'

/** Bounds on what a client may take. Whoever keeps to HTTP never notices them. */
export const BOUNDS = {
  connections: 256,
  /** Of one address, so that nobody can take all. */
  connectionsEach: 32,
  headerBytes: 8 * 1024,
  urlLength: 1024,
  headerMs: 5000,
  requestMs: 8000,
  idleMs: 5000,
}

const ALWAYS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

export function createStatusServer(answer: (question: Question) => Promise<Answer>): Server {
  const server = createServer(
    {
      maxHeaderSize: BOUNDS.headerBytes,
      headersTimeout: BOUNDS.headerMs,
      requestTimeout: BOUNDS.requestMs,
      keepAliveTimeout: BOUNDS.idleMs,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => void handle(request, response, answer),
  )
  server.maxConnections = BOUNDS.connections
  server.maxHeadersCount = 64
  // Also for those who send their request and then do not read the answer.
  server.timeout = BOUNDS.requestMs
  server.on('connection', countConnections())
  server.on('clientError', refuse)
  return server
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (question: Question) => Promise<Answer>,
): Promise<void> {
  let made: Answer
  try {
    const question = read(request)
    made = 'status' in question ? question : await answer(question)
  } catch (error) {
    console.error(error)
    made = text(500, 'something went wrong here; the log of the container postgres-status says what')
  }
  send(request, response, made)
}

function read({ method = '', url = '', headers }: IncomingMessage): Question | Answer {
  if (!isMethod(method))
    return text(405, 'this service only answers questions', { Allow: METHODS.join(', ') })
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    return text(413, 'questions have no body here', { Connection: 'close' })
  if (url.length > BOUNDS.urlLength)
    return text(414, 'that is no address of this service', { Connection: 'close' })
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  return { method, path, query, accept: headers.accept ?? '' }
}

const isMethod = (method: string): method is Question['method'] =>
  (METHODS as readonly string[]).includes(method)

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: Answer,
): void {
  if (response.destroyed) return
  const quiet = request.method === 'HEAD' || request.method === 'OPTIONS' || status === 204
  response.writeHead(status, {
    ...ALWAYS,
    ...(status !== 204 && {
      'Content-Type': type,
      'Content-Length': request.method === 'OPTIONS' ? 0 : Buffer.byteLength(body),
    }),
    ...headers,
  })
  response.end(quiet ? undefined : body)
  // What is left of a body that nobody asked for is not read to its end.
  if (status === 413) response.once('finish', () => request.socket.destroySoon())
}

function countConnections(): (socket: Socket) => void {
  const open = new Map<string, number>()
  return (socket) => {
    const from = socket.remoteAddress ?? ''
    const now = (open.get(from) ?? 0) + 1
    if (now > BOUNDS.connectionsEach) {
      socket.destroy()
      return
    }
    open.set(from, now)
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1
      if (left > 0) open.set(from, left)
      else open.delete(from)
    })
  }
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  // Not `end`: that waits for the other side, which may never hang up.
  socket.destroySoon()
}
