import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** How a link ends: the peer is told at once, or nothing arrives any more. */
export type End = 'dropped' | 'stalled'

/** A TCP link to a server that can be cut after any message. */
export interface CutLink {
  readonly port: number
  /** Messages that went over it, in both directions, since the last `cutAfter`. */
  readonly messages: number
  /** Whether the link was cut. */
  readonly cut: boolean
  /** Begins to count anew. The link works until so many messages went over it; new connections work even then. */
  cutAfter(messages: number, end: End): void
  close(): Promise<void>
}

/** What one side sends at once is a message: both ends of SSH write whole packets. */
export async function cutLink(target: number): Promise<CutLink> {
  let left = Infinity
  let messages = 0
  let how: End = 'dropped'
  let cut = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let stalled = false
    const end = (): void => {
      cut = true
      if (how === 'dropped') {
        client.destroy()
        upstream.destroy()
      } else stalled = true
    }
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        // The far end of a link that carries nothing does not hear of it.
        if (!stalled) to.destroy()
      })
      from.on('data', (data) => {
        if (stalled) return
        if (cut || messages < left) {
          messages++
          to.write(data)
        } else end()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get messages() {
      return messages
    },
    get cut() {
      return cut
    },
    cutAfter: (count, end) => {
      left = count
      how = end
      messages = 0
      cut = false
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
