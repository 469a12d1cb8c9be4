import assert from 'node:assert/strict'
import { explain, onNode, psql, run, runJson, until } from './support.ts'

describe('drift', function () {
  this.timeout(900_000)

  it('is named exactly, and mended exactly, and the data is still there', async () => {
    await psql('node-a', 'CREATE TABLE IF NOT EXISTS kept AS SELECT generate_series(1, 1000) AS n')
    await onNode('node-b', "echo 'work_mem = 1MB' >> /etc/run-playbook/postgres/postgresql.conf")
    await onNode('node-c', 'docker rm -f postgres')
    await onNode('node-a', 'chmod 0604 /etc/run-playbook/postgres/pg_hba.conf')
    await until('the slot to be free', async () => {
      await psql('node-a', "SELECT pg_drop_replication_slot('node_10_88_0_13')")
      return true
    })
    const expected = [
      'node-a: postgres-primary › pg_hba.conf',
      'node-a: postgres-primary › slot node_10_88_0_13',
      'node-b: postgres-replica › postgresql.conf',
      'node-c: postgres-replica › postgres',
    ]
    const check = await runJson('site', '--check', '--diff')
    const own = (list: readonly string[]) =>
      list.filter((task) => !/load the configuration|accepts connections/.test(task))
    assert.deepEqual(own(check.with('would-change')).toSorted(), expected, explain(check))
    // What follows from them: a configuration that is read again may need a restart, and a server that was restarted …
    const follow =
      /(passfile|slots|stanza|backup|check is due|archive works|archive was checked|is followed|runs with its configuration)$/
    const unforeseen = own(check.with('unknown')).filter((task) => !follow.test(task))
    assert.deepEqual(unforeseen, [], explain(check))
    const single = await runJson('site', '--check', '--no-batch')
    const plan = (outcome: typeof check) =>
      outcome.tasks.map(({ host, task, status }) => `${host} ${task} ${status}`).toSorted()
    assert.deepEqual(plan(single), plan(check), 'one at a time plans otherwise')
    const words = await run('site', '--check', '--diff')
    assert.match(words.stdout, /^\s*-work_mem = 1MB$/m)

    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(own(site.with('changed')).toSorted(), expected)
    const again = await runJson('site')
    assert.deepEqual(again.with('changed'), [])
    for (const node of ['node-a', 'node-b', 'node-c']) {
      await until(
        `the rows on ${node}`,
        async () => (await psql(node, 'SELECT count(*) FROM kept')) === '1000',
      )
    }
  })
})
