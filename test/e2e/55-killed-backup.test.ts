import assert from 'node:assert/strict'
import { healthyCluster, primaryNow } from './cluster.ts'
import { labels, pgbackrest, untilWell } from './repository.ts'
import { explain, onNode, psql, run, runJson, until } from './support.ts'

/** Kills a process as soon as it is there. The pattern must not fit the shell that runs this. */
const killWhen = (pattern: string): string =>
  `n=0; until pkill -KILL -f '${pattern}'; do n=$((n + 1)); [ $n -lt 3000 ] || exit 1; sleep 0.01; done`

describe('kill -9 in the middle of', function () {
  this.timeout(400_000)
  let node: string
  let kept: string[]

  before(async () => {
    await healthyCluster()
    node = await primaryNow()
    await untilWell(node)
    kept = await labels(node)
    // Enough for a backup to take a moment.
    await psql(
      node,
      'CREATE TABLE IF NOT EXISTS heavy AS SELECT g, md5(random()::text) AS text FROM generate_series(1, 2000000) g',
    )
  })

  const again = async (): Promise<void> => {
    const backup = await onNode(node, 'docker exec -u postgres pgbackrest backup --type=incr 2>&1')
    assert.match(backup, /new backup label/)
    for (const label of kept) assert.ok((await labels(node)).includes(label), `${label} is gone`)
  }

  it('a backup: the next one succeeds, and nothing that was there is lost', async () => {
    const killed = onNode(
      node,
      'docker exec -u postgres pgbackrest backup --type=full 2>&1 || echo status $?',
    )
    await onNode(node, killWhen('^pgbackrest backup '))
    assert.match(await killed, /status 137|status 1|Killed/)
    await again()
  })

  it('a backup together with its container', async () => {
    const killed = onNode(
      node,
      'docker exec -u postgres pgbackrest backup --type=full 2>&1 || echo status $?',
    ).catch(String)
    await onNode(
      node,
      'until pgrep -f "^pgbackrest backup " >/dev/null; do sleep 0.01; done; docker kill pgbackrest >/dev/null; docker start pgbackrest >/dev/null',
    )
    await killed
    await until('the service is back', async () => (await pgbackrest(node, 'true')) === '')
    await again()
  })

  it('an expire', async () => {
    await pgbackrest(node, 'backup --type=full')
    for (const ms of [2, 4, 6, 8, 10, 12, 15, 20, 30])
      await pgbackrest(
        node,
        `sh -c 'timeout -s KILL 0.0${String(ms).padStart(2, '0')} pgbackrest expire --repo1-retention-full=1 || true'`,
      )
    const rerun = await pgbackrest(
      node,
      'pgbackrest expire --repo1-retention-full=1 --log-level-console=info',
    )
    assert.match(rerun, /completed successfully/)
    const verify = await pgbackrest(node, 'pgbackrest verify --output=text --verbose --log-level-console=off')
    assert.match(verify, /status: ok/)
  })

  it('and what is there afterwards can be restored', async () => {
    await psql(node, 'DROP TABLE heavy')
    await untilWell(node)
    const drill = await run('drill', '-l', node)
    assert.equal(drill.code, 0, explain(drill))
    const site = await runJson('site')
    assert.deepEqual(site.with('changed', 'failed'), [], explain(site))
  })
})
