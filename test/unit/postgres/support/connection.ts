import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Connection } from '../../../../lib/transport/transport.ts'

/** A host that is this machine: streams are real sockets. */
export function localConnection(): Pick<Connection, 'forward' | 'countRoundTrip' | 'roundTrips'> {
  let roundTrips = 0
  return {
    get roundTrips() {
      return roundTrips
    },
    countRoundTrip: () => void roundTrips++,
    forward: (host, port) =>
      new Promise<Duplex>((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true }, () => resolve(socket)).on('error', reject)
      }),
  }
}
