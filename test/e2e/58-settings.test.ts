import assert from 'node:assert/strict'
import { NODES, explain, onNode, psql, run, runJson, until } from './support.ts'
import { assertHealthy, healthyCluster, primaryNow } from './cluster.ts'

const show = (node: string, name: string): Promise<string> => psql(node, `SHOW ${name}`)
const everywhere = (name: string): Promise<string[]> => Promise.all(NODES.map((node) => show(node, name)))
const others = (primary: string): string[] => NODES.filter((node) => node !== primary)

describe('settings that a standby needs as well', function () {
  this.timeout(600_000)
  let primary: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
  })

  it('that ALTER SYSTEM raised on the primary reach all nodes, and a promotion works', async () => {
    await psql(primary, 'ALTER SYSTEM SET max_locks_per_transaction = 256')
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(await everywhere('max_locks_per_transaction'), ['256', '256', '256'])
    const again = await runJson('site')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
    const [to = ''] = others(primary)
    const moved = await runJson('promote', '-e', `to=${to}`)
    assert.equal(moved.code, 0, explain(moved))
    primary = to
    await assertHealthy(primary)
    assert.deepEqual(await everywhere('max_locks_per_transaction'), ['256', '256', '256'])
  })

  it('that -e raised once are kept, and become less after a question', async () => {
    const more = await runJson('site', '-e', 'maxConnections=150')
    assert.equal(more.code, 0, explain(more))
    const plain = await runJson('site')
    assert.deepEqual(plain.with('changed', 'failed'), [], explain(plain))
    const [to = ''] = others(primary)
    const moved = await runJson('promote', '-e', `to=${to}`)
    assert.equal(moved.code, 0, explain(moved))
    primary = to
    assert.deepEqual(await everywhere('max_connections'), ['150', '150', '150'])
    const asked = await run('site', '-e', 'maxConnections=100')
    assert.match(
      asked.stderr,
      /is restarted with lower settings than it has now: max_connections from 150 to 100/,
    )
    assert.equal(await show(primary, 'max_connections'), '150')
    const less = await runJson('site', '-e', 'maxConnections=100', '-e', 'lower=yes')
    assert.equal(less.code, 0, explain(less))
    assert.deepEqual(await everywhere('max_connections'), ['100', '100', '100'])
    await assertHealthy(primary)
  })

  it('that nobody says are kept by a run that finds the primary down', async () => {
    const more = await runJson('site', '-e', 'maxConnections=150')
    assert.equal(more.code, 0, explain(more))
    await psql(primary, 'ALTER SYSTEM SET max_prepared_transactions = 20')
    await onNode(primary, 'docker stop postgres')
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(await everywhere('max_connections'), ['150', '150', '150'])
    assert.deepEqual(await everywhere('max_prepared_transactions'), ['20', '20', '20'])
    await assertHealthy(primary)
    await onNode(primary, 'docker stop postgres')
    const asked = await run('site', '-e', 'maxConnections=100')
    assert.match(asked.stderr, /is started with lower settings than it had: max_connections from 150 to 100/)
    await assert.rejects(psql(primary, 'SELECT 1'), 'it was started')
    const less = await runJson('site', '-e', 'maxConnections=100', '-e', 'lower=yes')
    assert.equal(less.code, 0, explain(less))
    assert.deepEqual(await everywhere('max_connections'), ['100', '100', '100'])
    await assertHealthy(primary)
  })

  it('and a hand-over whose promotion fails leave the old primary as it was', async () => {
    const [to = ''] = others(primary)
    // pg_promote makes a file there.
    await onNode(to, 'chmod 0500 /data/postgres/pgdata')
    const failed = await runJson('promote', '-e', `to=${to}`)
    assert.equal(failed.code, 2, explain(failed))
    assert.match(
      failed.stdout + failed.stderr,
      new RegExp(`${to} was not promoted; ${primary} was opened again`),
    )
    await onNode(to, 'chmod 0700 /data/postgres/pgdata')
    await until('the old primary writes', async () =>
      /^f$/.test(await psql(primary, 'SELECT pg_is_in_recovery()').catch(() => '')),
    )
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertHealthy(primary)
    const moved = await runJson('promote', '-e', `to=${to}`)
    assert.equal(moved.code, 0, explain(moved))
    await assertHealthy(to)
  })
})
