import { type Socket, connect, createServer } from 'node:net'

export interface ProxyOptions {
  /** The address that it listens at. */
  readonly from: string
  readonly to: string
  /** Of both. */
  readonly port: number
  readonly roundTripMs: number
}

/** Passes connections on, each way half of the round trip time late. @returns closes it and its connections */
export async function startProxy({
  from,
  to,
  port,
  roundTripMs,
}: ProxyOptions): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    sockets.add(client)
    client.pause().on('error', () => {})
    // A client is connected after one round trip; the server hears of it half of one later.
    setTimeout(() => {
      if (client.destroyed) return
      const upstream = connect({ host: to, port, noDelay: true, allowHalfOpen: true })
      sockets.add(upstream)
      passOn(client, upstream, roundTripMs / 2)
      passOn(upstream, client, roundTripMs / 2)
      client.resume()
    }, 1.5 * roundTripMs)
  })
  await new Promise<void>((resolve) => server.listen(port, from, resolve))
  return async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Timers of the same length end in the order in which they began, so that the order of the data stays. */
function passOn(from: Socket, to: Socket, delayMs: number): void {
  const later = (act: () => void): void => void setTimeout(act, delayMs)
  from.on('data', (data) => later(() => to.write(data)))
  from.on('end', () => later(() => to.end()))
  from.on('error', () => to.destroy())
}
