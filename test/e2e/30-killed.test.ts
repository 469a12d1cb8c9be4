import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { often } from '../support/often.ts'
import { NODES, explain, freshLab, lab, onNode, psql, runJson, start, until } from './support.ts'

// Few in CI, because each is a first run: one that is killed while it sends the image, and one later.
const TIMES = often(2, 6, 'KILLS')

const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)
const LAST_LINE = lastLine(readFileSync('roles/postgres-node/templates/postgresql.conf.hbs', 'utf8'))

/** Back to nodes without a cluster, but with the image that takes the longest to send. */
async function withoutCluster(): Promise<void> {
  const script = `docker rm -f postgres postgres.run-playbook-old pgbackrest pgbackrest-server postgres-status 2>/dev/null
    systemctl disable --now wg-quick@wg0 run-playbook-drill.timer 2>/dev/null
    rm -rf /data /etc/run-playbook /etc/wireguard/* /etc/systemd/system/wg-quick@wg0.service.d /var/lib/run-playbook; true`
  await Promise.all(NODES.map((node) => onNode(node, script)))
}

/** A file of ours is whole or not there; nothing of a killed run holds the lock or waits in a corner. */
async function assertTidy(): Promise<void> {
  for (const node of NODES) {
    const left = await onNode(
      node,
      `find /etc /data /var/lib/run-playbook -name '.run-playbook-*' 2>/dev/null; ls -d /tmp/run-playbook.* /var/tmp/run-playbook.* 2>/dev/null; true`,
    )
    assert.equal(left, '', `left on ${node}`)
    assert.equal(await onNode(node, 'flock -n /run/run-playbook.lock echo free'), 'free')
    const config = await onNode(node, 'cat /etc/run-playbook/postgres/postgresql.conf')
    assert.equal(lastLine(config), LAST_LINE)
  }
}

describe('kill -9 in the middle of a first run', function () {
  this.timeout(600_000 * TIMES)

  it(`is mended by the next run, ${TIMES} times`, async () => {
    await lab()
    // The first may be in the middle of sending the image.
    await freshLab()
    for (let i = 0; i < TIMES; i++) {
      if (i > 0) await withoutCluster()
      const after = i === 0 ? 6_000 : 1_500 + Math.random() * 20_000
      const { child, done } = start(['site'])
      setTimeout(() => child.kill('SIGKILL'), after)
      await done
      const site = await runJson('site')
      assert.equal(site.code, 0, `killed after ${Math.round(after)} ms: ${explain(site)}`)
      const again = await runJson('site')
      assert.deepEqual(again.with('changed', 'failed'), [], `killed after ${Math.round(after)} ms`)
      await assertTidy()
      const standbys = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
      // A run waits until a new replica accepts connections, which it does before it streams.
      await until(
        `two streaming replicas, killed after ${Math.round(after)} ms`,
        async () => (await psql('node-a', standbys)) === '2',
      )
    }
  })
})
