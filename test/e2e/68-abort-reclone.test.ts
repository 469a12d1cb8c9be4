import assert from 'node:assert/strict'
import { another, assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { explain, onNode, psql, run, runJson, start } from './support.ts'

const cut = (node: string) =>
  onNode(node, 'iptables -A OUTPUT -o wg0 -j DROP; iptables -A INPUT -i wg0 -j DROP')
const joined = (node: string) =>
  onNode(node, 'iptables -D OUTPUT -o wg0 -j DROP; iptables -D INPUT -i wg0 -j DROP; true')

describe('a re-clone that is aborted', function () {
  this.timeout(600_000)
  let primary: string
  let replica: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    replica = another(primary)
  })

  const abort = (...args: string[]) => runJson('reclone', '-l', replica, '-e', 'abort=yes', ...args)

  it('was never begun, or is over: that is said, and nothing is changed', async () => {
    const reclone = await run('reclone', '-l', replica)
    assert.equal(reclone.code, 0, explain(reclone))
    const nothing = await abort()
    assert.equal(nothing.code, 0, explain(nothing))
    assert.match(nothing.stdout, new RegExp(`${replica} is not being re-cloned`))
    assert.deepEqual(nothing.with('changed', 'unknown', 'failed'), [])
    await assertHealthy(primary)
  })

  it('goes on with the data that it has, after kill -9', async () => {
    const inode = 'stat -c %i /data/postgres/pgdata'
    const before = await onNode(replica, inode)
    // It cannot get at the primary, so the copy does not begin.
    await cut(replica)
    try {
      const { child, done } = start(['reclone', '-l', replica])
      await onNode(replica, 'timeout 120 sh -c "until [ -e /data/postgres/rejoin ]; do sleep 0.02; done"')
      child.kill('SIGKILL')
      const { code } = await done
      assert.equal(code, null, 'it ended before it was killed')
      // What waits for the copy on the node ends, and lets go of the lock.
      await onNode(replica, 'docker stop postgres')
      const dry = await abort('-C', '--lock-wait', '300')
      assert.deepEqual(
        dry.with('would-change'),
        [`${replica}: postgres-keeps-data › keeps its data`],
        explain(dry),
      )
      const back = await abort('--lock-wait', '300')
      assert.equal(back.code, 0, explain(back))
    } finally {
      await joined(replica)
    }
    assert.equal(await onNode(replica, inode), before, 'it was copied')
    await assertHealthy(primary)
    assert.equal(await psql(replica, 'SELECT pg_is_in_recovery()'), 't')
  })
})
