import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { install } from '../support/install.ts'
import { type TestCluster, type TestNode, freePort, startCluster, within } from './support/cluster.ts'

/** As it stands in the manuals of Patroni and of those who write about it, but for addresses and ports. */
const haproxyCfg = (nodes: readonly TestNode[], port: number, write: number, read: number): string => {
  const servers = nodes.map(
    ({ postgres: { name, address, port: database } }) =>
      `    server ${name} ${address}:${database} maxconn 100 check port ${port}`,
  )
  return `
global
    maxconn 100
defaults
    log global
    mode tcp
    retries 2
    timeout client 30m
    timeout connect 4s
    timeout server 30m
    timeout check 5s
listen primary
    bind 127.0.0.1:${write}
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
listen standbys
    bind 127.0.0.1:${read}
    option httpchk OPTIONS /replica?lag=10MB
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`
}

describe("HAProxy with a configuration for Patroni's checks", function () {
  let cluster: TestCluster
  let haproxy: ChildProcess | undefined
  let [write, read] = [0, 0]

  before(async function () {
    this.timeout(600_000)
    install('/usr/sbin/haproxy', 'haproxy')
    cluster = await startCluster(3)
    ;[write, read] = [await freePort(), await freePort()]
    const file = join(cluster.root, 'haproxy.cfg')
    writeFileSync(file, haproxyCfg(cluster.nodes, cluster.port, write, read))
    haproxy = spawn('/usr/sbin/haproxy', ['-db', '-f', file], { stdio: 'ignore' })
  })
  after(async () => {
    haproxy?.kill()
    await cluster?.remove()
  })

  /** Which node answers behind a port, as a client of PostgreSQL sees it. */
  async function behind(port: number): Promise<string> {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      database: 'postgres',
      connectionTimeoutMillis: 1000,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ name: string }>("SELECT current_setting('cluster_name') AS name")
      const found = cluster.nodes.find(({ postgres }) => postgres.replicationName === rows[0]?.name)
      return found?.postgres.name ?? ''
    } catch {
      return 'nobody'
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  const names = async (port: number): Promise<string[]> => {
    const seen = new Set<string>()
    for (let i = 0; i < 6; i++) seen.add(await behind(port))
    return [...seen].sort()
  }

  it('sends writers to the primary and readers to the replicas', async () => {
    await within(
      20,
      () => names(write),
      (seen) => seen.join() === 'node-a',
    )
    await within(
      20,
      () => names(read),
      (seen) => seen.join() === 'node-b,node-c',
    )
  })

  it('follows a promotion without a reload', async () => {
    const [a, b] = cluster.nodes as [TestNode, TestNode]
    await a.postgres.stop()
    await b.postgres.sql('SELECT pg_promote()')
    await within(
      15,
      () => names(write),
      (seen) => seen.join() === 'node-b',
    )
    // node-c still waits for node-a, and has all that node-a is known to have had.
    await within(
      15,
      () => names(read),
      (seen) => seen.join() === 'node-c',
    )
    assert.equal(haproxy?.exitCode, null)
  })

  it('does not go back to the old primary when it returns as a second one', async () => {
    const [a] = cluster.nodes as [TestNode]
    await a.postgres.start()
    await within(
      10,
      () => a.status(),
      ({ warnings }) => warnings.some(({ code }) => code === 'two-primaries'),
    )
    await within(
      10,
      () => names(write),
      (seen) => seen.join() === 'node-b',
    )
  })
})
