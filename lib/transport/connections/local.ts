import { type ConnectionType, defineConnection } from '../connection-type.ts'

/**
 * The operator's own machine, without SSH. Several hosts of an inventory may be this machine.
 *
 * @example
 * defineInventory({ hosts: { here: { connection: local() } } })
 */
export function local(): ConnectionType {
  return LOCAL
}

const LOCAL = defineConnection({
  name: 'local',
  onOwnMachine: true,
  open: async (host, signal) => {
    const { processLink } = await import('./process-link.ts')
    return processLink(host.name, signal, {
      argv: (command) => ['/bin/sh', '-c', command],
      isRoot: process.getuid?.() === 0,
      sameNetwork: true,
    })
  },
})
