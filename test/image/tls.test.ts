import assert from 'node:assert/strict'
import { until } from '../../docker/lab/run.ts'
import { type TlsReport, parseStateFile } from '../../lib/cluster/status/state-files.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const MINUTE = 60_000

for (const shell of ['dash', 'busybox'] as const)
  describe(`image: the files of TLS, with ${shell}`, function () {
    this.timeout(600_000)
    let cluster: Cluster
    let node: Node
    before(async () => {
      cluster = await Cluster.create()
      node = await cluster.node('a').start({ mode: 'primary', shell })
      await node.healthy()
    })
    after(() => cluster.remove())

    const reports = (what: string, test: (report: TlsReport) => boolean) =>
      until(`no report: ${what}`, MINUTE, async () => {
        const text = await node.shell('cat /var/run/postgresql/tls.json 2>/dev/null || true')
        const report = text === '' ? undefined : parseStateFile.tls(text)
        return report !== undefined && test(report) ? report : undefined
      })

    it('are reported as off, as good and as damaged', async () => {
      await reports('TLS is off', ({ on, trouble }) => !on && trouble === null)
      await node.shell(
        'umask 077; cd "$PGDATA"; openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=a -days 9 -keyout server.key -out server.crt 2>/dev/null',
      )
      await node.sql('ALTER SYSTEM SET ssl = on')
      const good = await reports('TLS is on', ({ on, trouble }) => on && trouble === null)
      assert.match(good.fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
      await node.shell('cd "$PGDATA"; mv server.key kept.key')
      await reports('the key is gone', ({ trouble }) => trouble === 'server.key is missing')
      await node.shell('cd "$PGDATA"; cp kept.key server.key; chmod 0644 server.key')
      await reports('the key is open', ({ trouble }) => /used by others.*mode 644/.test(trouble ?? ''))
      await node.shell('cd "$PGDATA"; echo nonsense > server.crt')
      await reports('no certificate', ({ trouble }) => /server.crt has no certificate/.test(trouble ?? ''))
    })
  })
