import { chmodSync, mkdtempSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { type ConfigInput, parseConfig } from '../../../lib/cluster/status/config.ts'
import { routes } from '../../../docker/status/http/routes.ts'
import { createStatusServer } from '../../../docker/status/http/server.ts'
import type { Status } from '../../../lib/cluster/status/schema.ts'
import { Service } from '../../../docker/status/service.ts'
import { postgresPrograms } from '../../unit/postgres/support/install.ts'
import { type BackupService, startBackupService } from './backup-service.ts'
import { type Postgres, createPostgres, removePostgres } from './postgres.ts'

/** A node with its status service, on a loopback address of its own. */
export interface TestNode {
  readonly postgres: Postgres
  readonly url: string
  readonly config: ConfigInput
  /** Says what the repository holds. */
  readonly backups: BackupService
  status(): Promise<Status>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** The status service, not PostgreSQL. */
  startService(): Promise<void>
  stopService(): Promise<void>
}

export interface TestCluster {
  readonly root: string
  readonly nodes: readonly TestNode[]
  readonly port: number
  remove(): Promise<void>
}

const LETTERS = ['a', 'b', 'c']

/** A primary and its replicas. Every node has an address in 127.0.0.0/8, so ports are the same everywhere, as in real life. */
export async function startCluster(
  count = 2,
  more: Partial<ConfigInput> = {},
  settings: readonly string[] = [],
  cipher?: string,
): Promise<TestCluster> {
  postgresPrograms()
  const root = mkdtempSync(join(tmpdir(), 'rp-status-'))
  chmodSync(root, 0o755)
  if (process.getuid?.() === 0) execFileSync('chown', ['postgres:', root])
  const net = 20 + Math.floor(Math.random() * 200)
  const addresses = Array.from({ length: count }, (_, i) => `127.${net}.0.1${i + 1}`)
  const [port, postgresPort] = [await freePort(), await freePort()]
  const servers: Postgres[] = []
  for (const [i, address] of addresses.entries()) {
    const place = { root, name: `node-${LETTERS[i]}`, address, port: postgresPort, settings, cipher }
    servers.push(await createPostgres(place, servers[0]))
  }
  const nodes = servers.map((server) => testNode(server, servers, port, more))
  await Promise.all(nodes.map((node) => node.startService()))
  return {
    root,
    nodes,
    port,
    remove: async () => {
      await Promise.all(nodes.map((node) => node.stopService()))
      for (const { backups } of nodes) backups.stop()
      await removePostgres(servers, root)
    },
  }
}

function testNode(
  postgres: Postgres,
  all: readonly Postgres[],
  port: number,
  more: Partial<ConfigInput>,
): TestNode {
  const { folder, address } = postgres
  const known = ({ name, address, replicationName }: Postgres) => ({ name, address, replicationName })
  const config: ConfigInput = {
    node: known(postgres),
    peers: all.filter((one) => one !== postgres).map(known),
    port,
    listen: address,
    postgres: { host: join(folder, 'socket'), port: postgres.port },
    pgbackrest: { repository: join(folder, 'repository') },
    stateDir: join(folder, 'state'),
    ...more,
  }
  const url = `http://${address}:${port}`
  let running: { service: Service; server: ReturnType<typeof createStatusServer> } | undefined
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })
  return {
    postgres,
    url,
    config,
    backups: startBackupService(postgres),
    get,
    status: async () => (await (await get('/status')).json()) as Status,
    startService: async () => {
      const service = new Service(parseConfig(config), 'test')
      const server = createStatusServer(routes(service))
      await new Promise<void>((resolve) => server.listen(port, address, resolve))
      service.start()
      running = { service, server }
    },
    stopService: async () => {
      running?.service.stop()
      running?.server.closeAllConnections()
      await new Promise((resolve) => (running ? running.server.close(resolve) : resolve(undefined)))
      running = undefined
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** The machine of a test may be so many times slower than one that the service is for. */
const SLOWER = 6

/** Repeats until it is as wanted: "within 5 s" is what the service promises. */
export async function within<Value>(
  seconds: number,
  look: () => Promise<Value> | Value,
  test: (value: Value) => boolean,
): Promise<Value> {
  const end = performance.now() + seconds * SLOWER * 1000
  let value = await look()
  while (!test(value)) {
    if (performance.now() > end)
      throw new Error(
        `not within ${seconds * SLOWER} s; last ${JSON.stringify(value, null, 1)?.slice(0, 3000)}`,
      )
    await new Promise((wake) => setTimeout(wake, 100))
    value = await look()
  }
  return value
}
