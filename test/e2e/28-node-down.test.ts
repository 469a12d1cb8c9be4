import assert from 'node:assert/strict'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import { explain, lab, onNode, psql, runJson, until } from './support.ts'

describe('a node that is down', function () {
  this.timeout(900_000)
  after(async () => restartNode(await lab(), 'node-c'))

  it('does not keep the others from being mended, and is reported', async () => {
    await killNode(await lab(), 'node-c')
    await onNode('node-b', 'chmod 0604 /etc/run-playbook/postgres/pg_hba.conf')
    const site = await runJson('site')
    assert.equal(site.code, 4, explain(site))
    assert.equal(site.recap.hosts['node-c']?.unreachable, true)
    assert.deepEqual(
      site.with('changed').filter((task) => !task.includes('load the configuration')),
      ['node-b: postgres-replica › pg_hba.conf'],
    )
  })

  it('is back in the cluster by itself after a reboot', async () => {
    await restartNode(await lab(), 'node-c')
    await psql('node-a', 'CREATE TABLE IF NOT EXISTS after_reboot AS SELECT 1 AS n')
    const rows = 'SELECT n FROM after_reboot'
    await until('the row on node-c', async () => (await psql('node-c', rows)) === '1', 90)
    const again = await runJson('site')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
  })
})
