import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../support/install.ts'
import { another, healthyCluster, primaryNow } from './cluster.ts'
import { prepareLoad } from './load/load.ts'
import { onNetworkOf } from './network.ts'
import { addressOf } from './service.ts'
import { NODES, explain, onNode, run, until } from './support.ts'

const [WRITE, READ] = [5000, 5001]

/** As people write it for Patroni, with its port 8008. */
const configuration = (): string => `
defaults
    mode tcp
    timeout client 30m
    timeout connect 4s
    timeout server 30m
    timeout check 5s
${pool('primary', WRITE, 'OPTIONS /primary')}
${pool('standbys', READ, 'OPTIONS /replica?lag=10MB')}
`

const pool = (name: string, port: number, question: string): string => `listen ${name}
    bind 127.0.0.1:${port}
    option httpchk ${question}
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${NODES.map((node) => `    server ${node} ${addressOf(node)}:5432 maxconn 100 check port 8008`).join('\n')}`

describe('HAProxy in front of the cluster', function () {
  this.timeout(300_000)
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-haproxy-'))
  let haproxy: Awaited<ReturnType<typeof onNetworkOf>>
  let on: string

  before(async () => {
    install('/usr/sbin/haproxy', 'haproxy')
    await healthyCluster()
    const primary = await primaryNow()
    on = another(primary)
    await prepareLoad(primary)
    writeFileSync(join(folder, 'haproxy.cfg'), configuration())
    haproxy = await onNetworkOf(on, ['/usr/sbin/haproxy', '-db', '-f', join(folder, 'haproxy.cfg')])
  })
  after(() => {
    haproxy?.kill()
    rmSync(folder, { recursive: true })
  })

  /** The addresses that answer behind a port. */
  async function behind(port: number): Promise<string> {
    const question = `PGPASSWORD=load psql -XAt 'host=127.0.0.1 port=${port} user=load dbname=load' -c 'SELECT inet_server_addr()'`
    const answers = await onNode(
      on,
      `docker exec postgres sh -c "for i in 1 2 3 4 5 6; do ${question}; done" | sort -u`,
    )
    return answers.split('\n').join()
  }
  const leadsTo = (primary: string, seconds: number) =>
    until(
      `HAProxy leads to ${primary}`,
      async () => {
        const replicas = NODES.filter((node) => node !== primary)
        return (
          (await behind(WRITE)) === addressOf(primary) &&
          (await behind(READ)) === replicas.map(addressOf).join()
        )
      },
      seconds,
    )

  it('has writers at the primary and readers at the replicas, through two promotions without a reload', async () => {
    await leadsTo(await primaryNow(), 20)
    for (let i = 0; i < 2; i++) {
      const to = another(await primaryNow())
      const promote = await run('promote', '-e', `to=${to}`)
      assert.equal(promote.code, 0, explain(promote))
      await leadsTo(to, 10)
    }
    assert.equal(haproxy.exitCode, null)
  })
})
