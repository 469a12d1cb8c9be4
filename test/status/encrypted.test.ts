import assert from 'node:assert/strict'
import { type TestCluster, startCluster, within } from './support/cluster.ts'

const PASSPHRASE = 'nobody-may-ever-read-this'

describe('an encrypted repository', function () {
  let cluster: TestCluster

  before(async function () {
    this.timeout(600_000)
    cluster = await startCluster(1, {}, [], PASSPHRASE)
    await cluster.nodes[0]?.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
  })
  after(() => cluster?.remove())

  it('is told of like any other, by a service that has no key', async () => {
    const [node] = cluster.nodes
    assert.ok(node)
    const status = await within(
      5,
      () => node.status(),
      // A repository that is slow to read is old until the next look.
      ({ backups }) => backups.last.full !== null && !backups.old,
    )
    assert.deepEqual([status.backups.old, status.backups.reason, status.backups.whole], [false, null, 1])
    assert.equal(status.window?.from, status.backups.last.full?.finishedAt)
    assert.deepEqual(
      status.warnings.filter(({ severity }) => severity === 'critical'),
      [],
    )
    await within(
      5,
      async () => (await node.get('/metrics')).text(),
      (text) => /^run_playbook_repository_readable 1$/m.test(text),
    )
    assert.match(await (await node.get('/', { Accept: 'text/html' })).text(), /full, [\d.]+ m?s ago/)
    for (const path of ['/', '/status', '/metrics', '/cluster'])
      assert.ok(!(await (await node.get(path)).text()).includes(PASSPHRASE), path)
  })
})
