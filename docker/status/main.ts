import * as z from 'zod'
import { readConfig } from '../../lib/cluster/status/config.ts'
import { listen } from './http/listen.ts'
import { routes } from './http/routes.ts'
import { createStatusServer } from './http/server.ts'
import { Service } from './service.ts'

declare const VERSION: string

/** usage: status.cjs [CONFIG]  (the status service of a node) */
z.config({ jitless: true })

async function main(): Promise<void> {
  const config = readConfig(process.argv[2] ?? '/etc/postgres-status/config.json')
  const service = new Service(config, VERSION)
  const server = createStatusServer(routes(service))
  const stopping = new AbortController()
  const stop = () => {
    stopping.abort()
    service.stop()
    server.close()
    server.closeAllConnections()
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
  if (!(await listen(server, config.listen, config.port, stopping.signal))) return
  service.start()
  console.log(`status of ${config.node.name} on http://${config.listen}:${config.port}/`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
