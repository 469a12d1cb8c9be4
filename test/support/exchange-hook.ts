import { localTransport } from '../../lib/transport/index.ts'
import type { Connection, Script, Transport } from '../../lib/transport/transport.ts'

/**
 * A real transport. Before scripts are sent to a host, `before` is called and waited for.
 * @param real @default this machine, without a lock
 */
export function exchangeHook(
  before: (host: string, scripts: readonly Script[]) => Promise<void> | void,
  real: Transport = localTransport({ lock: false }),
): Transport {
  return {
    connect: async (host, signal) => {
      const connection = await real.connect(host, signal)
      const exchange: Connection['exchange'] = async (scripts, options) => {
        await before(host.name, scripts)
        return connection.exchange(scripts, options)
      }
      return {
        serverAddress: undefined,
        roundTrips: 0,
        exchange,
        forward: (to, port) => connection.forward(to, port),
        countRoundTrip: () => {},
        stop: () => connection.stop(),
        close: () => connection.close(),
      }
    },
  }
}
