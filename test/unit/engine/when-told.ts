import type { Transport } from '../../../lib/transport/transport.ts'

/** The same ways to the hosts. @param then is called when a host was told that the run is stopped */
export const whenTold = (transport: Transport, then: () => void): Transport => ({
  connect: async (host, signal) => {
    const connection = await transport.connect(host, signal)
    const stop = connection.stop.bind(connection)
    connection.stop = () => stop().finally(then)
    return connection
  },
})
