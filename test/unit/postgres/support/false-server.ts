import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** What the server answers to the client's message number `nth`, of all that it has heard. */
export type Ask = (nth: number, heard: Buffer) => readonly Buffer[]

export interface FalseServer {
  readonly port: number
  /** All that clients have sent. */
  heard(): Buffer
  close(): Promise<void>
}

/** Speaks PostgreSQL's protocol as it likes, on a loopback port. */
export async function falseServer(ask: Ask): Promise<FalseServer> {
  const parts: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let nth = 0
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (part) => {
      parts.push(part)
      const answer = ask(nth++, Buffer.concat(parts))
      if (answer.length > 0) socket.write(Buffer.concat(answer))
      // Whatever is sent after the farewell is heard as well; the client must not wait for ever.
      if (nth > 3) socket.end()
      else setTimeout(() => socket.end(), 1500).unref()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => Buffer.concat(parts),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: 0 is Ok, 3 clear text, 5 MD5, 11 and 12 SASL. */
export function authentication(method: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const code = Buffer.alloc(4)
  code.writeInt32BE(method)
  return message('R', Buffer.concat([code, more]))
}

export const sasl = (...mechanisms: readonly string[]): Buffer =>
  authentication(10, Buffer.from(`${mechanisms.join('\0')}\0\0`))

export const ready = (): Buffer => message('Z', Buffer.from('I'))
