import { type Socket, connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { Connection } from '../../../../lib/transport/transport.ts'

/** A host that is this machine. */
export function localConnection(): Pick<Connection, 'forward' | 'countRoundTrip' | 'roundTrips'> {
  let roundTrips = 0
  return {
    get roundTrips() {
      return roundTrips
    },
    countRoundTrip: () => void roundTrips++,
    forward: (host, port) =>
      new Promise<Duplex>((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true }, () => resolve(bare(socket))).on('error', reject)
      }),
  }
}

// As an SSH channel is one: a stream without the methods of a socket.
const bare = (socket: Socket): Duplex => Duplex.from({ readable: socket, writable: socket })
