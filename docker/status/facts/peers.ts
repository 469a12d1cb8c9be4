import { type IncomingMessage, get } from 'node:http'
import type { Config, Node } from '../../../lib/cluster/status/config.ts'
import { type Status, statusSchema } from '../../../lib/cluster/status/schema.ts'

const ANSWER_MS = 1500
const MOST_BYTES = 512 * 1024

/** What another node said of itself. */
export const peerReader =
  ({ port }: Pick<Config, 'port'>, { address, name }: Node) =>
  async (): Promise<Status> => {
    const { data } = statusSchema.safeParse(json(await fetchText(address, port)))
    if (data === undefined) throw new Error('its status service sent an answer that cannot be parsed')
    if (data.node.name !== name) throw new Error(`${address} says that it is ${data.node.name}`)
    return data
  }

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fetchText(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // No connection is kept: a peer that was replaced would be asked through the old one.
    const request = get({ host, port, path: '/status', agent: false, signal: AbortSignal.timeout(ANSWER_MS) })
    request.on('error', (error) => reject(new Error(why(error), { cause: error })))
    request.on('response', (response) => void read(response).then(resolve, reject))
  })
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) {
      response.destroy()
      throw new Error('its status service sent an answer that is too long')
    }
    chunks.push(chunk)
  }
  if (response.statusCode !== 200)
    throw new Error(`its status service answered with HTTP status ${response.statusCode}`)
  return Buffer.concat(chunks).toString()
}

function why(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'its status service is not running'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'it cannot be reached over the overlay'
    case 'ABORT_ERR':
      return `no answer within ${ANSWER_MS / 1000} s`
    default:
      return error.name === 'AbortError' || error.name === 'TimeoutError'
        ? `no answer within ${ANSWER_MS / 1000} s`
        : error.message
  }
}
