import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { signed } from '../../lib/cluster/status/statement.ts'
import { signature, signingPrivateKey, signingPublicKey } from '../../lib/secrets/signing.ts'
import { type TestCluster, type TestNode, freePort, startCluster, within } from './support/cluster.ts'

const key = signingPrivateKey()
const by = (one: string) => (text: string) => [signature(text, one) ?? '']

describe('a primary, when another node says that it was promoted,', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let a: TestNode
  let b: TestNode
  let c: TestNode
  let way: Server
  const open = new Set<Socket>()

  before(async function () {
    this.timeout(240_000)
    cluster = await startCluster(3, { promotionKey: signingPublicKey(key) ?? '' })
    ;[a, b, c] = cluster.nodes as [TestNode, TestNode, TestNode]
    // On the loopback everybody comes from 127.0.0.1, but for those who go this way: they come from node-c.
    const port = await freePort()
    const { address } = c.postgres
    way = createServer((incoming) => {
      const outgoing = connect({ host: a.postgres.address, port: a.postgres.port, localAddress: address })
      for (const [one, other] of [[incoming, outgoing] as const, [outgoing, incoming] as const]) {
        open.add(one)
        one.on('error', () => other.destroy()).on('close', () => other.destroy())
        one.pipe(other)
      }
    })
    await new Promise<void>((resolve) => way.listen(port, address, resolve))
    const conninfo = `host=${address} port=${port} user=postgres application_name=${c.postgres.replicationName}`
    await set(c, 'primary_conninfo', conninfo)
    await shows(a, ({ replication: { standbys } }) =>
      standbys.some((one) => one.address === address && one.state === 'streaming'),
    )
  })
  after(async () => {
    way?.close()
    for (const one of open) one.destroy()
    await cluster?.remove()
  })

  const shows = (node: TestNode, test: (status: Status) => boolean) => within(10, () => node.status(), test)
  const disputes = ({ warnings }: Status) => warnings.filter(({ code }) => code === 'promotion-unsigned')
  const answers = (node: TestNode, wanted: number) =>
    within(
      10,
      () => node.get('/primary'),
      ({ status }) => status === wanted,
    )
  async function set(node: TestNode, name: string, value: string): Promise<void> {
    appendFileSync(join(node.postgres.folder, 'data/postgresql.conf'), `\n${name} = '${value}'\n`)
    await node.postgres.sql('SELECT pg_reload_conf()')
  }
  /** What node-b hands on, for the timeline that it is on. */
  const handOn = async (privateKey: string) => {
    const { timeline, systemIdentifier } = (await b.status()).postgres
    const statement = {
      systemIdentifier: systemIdentifier ?? '',
      timeline: timeline ?? 0,
      address: b.postgres.address,
    }
    const text = signed(statement, by(privateKey))
    await set(b, 'run_playbook.promotion', text)
    await shows(a, ({ peers }) => peers.some(({ promotion }) => promotion === text))
  }

  it('stays the primary, and warns, while a third node follows it', async () => {
    await b.postgres.sql('SELECT pg_promote()')
    const status = await shows(a, (one) => disputes(one).length > 0)
    assert.match(
      disputes(status)[0]?.message ?? '',
      /^node-b says that it is the primary on timeline 2, .* and node-c still follows this node/,
    )
    assert.match(
      await (await a.get('/metrics')).text(),
      /^run_playbook_warning\{code="promotion-unsigned"\} 1$/m,
    )
    assert.equal((await a.get('/primary')).status, 200)
  })

  it('does so also when the other one hands on what somebody else has signed', async () => {
    await handOn(signingPrivateKey())
    assert.equal((await a.get('/primary')).status, 200)
    assert.equal(disputes(await a.status()).length, 1)
  })

  it('gives way to what the operator has signed', async () => {
    await handOn(key)
    await answers(a, 503)
    assert.deepEqual(disputes(await a.status()), [])
    assert.equal((await b.get('/primary')).status, 200)
  })

  it('gives way where nobody follows it', async () => {
    await set(b, 'run_playbook.promotion', '')
    await answers(a, 200)
    await c.postgres.stop()
    await answers(a, 503)
    assert.deepEqual(disputes(await a.status()), [])
  })
})
