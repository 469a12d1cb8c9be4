import assert from 'node:assert/strict'
import { type RecoverableWindow, parseRepository, recoverableWindow } from '../../lib/pgbackrest/index.ts'
import { healthyCluster, primaryNow } from './cluster.ts'
import { labels, pgbackrest, untilWell } from './repository.ts'
import { explain, onNode, psql, run, runJson, until } from './support.ts'

const BACKUPS = '/data/backups/backup/main'
const RETENTION = '--repo1-retention-full-type=count --repo1-retention-full=2'

/** Runs `kill` when a backup that is not listed yet has copied some megabytes, and prints what there is of it. */
const whenCopying = (kill: string): string => `cd ${BACKUPS}
  for i in $(seq 6000); do
    for one in 2*; do
      if [ ! -e "$one/backup.manifest" ] && [ "$(du -sk "$one" | cut -f 1)" -gt 2048 ]; then
        ${kill}
        sleep 1; ls "$one"; exit
      fi
    done
    sleep 0.02
  done; exit 1`

/** Kills an expire once it has taken backups off the list, which is before it removes their files. */
const whenExpiring = `cd ${BACKUPS}; was=$(stat -c %z backup.info)
  for i in $(seq 20000); do
    if [ "$(stat -c %z backup.info 2>/dev/null)" != "$was" ]; then pkill -KILL -f '^pgbackrest expire '; exit 0; fi
  done; exit 1`

describe('kill -9 in the middle of', function () {
  this.timeout(400_000)
  let node: string
  let kept: string[]
  let window: RecoverableWindow

  const look = async (): Promise<RecoverableWindow> =>
    recoverableWindow(parseRepository(await pgbackrest(node, 'repository')))
  /** Backups by hand, whose end is told by a status. */
  const backup = (): Promise<string> =>
    onNode(node, 'docker exec -u postgres pgbackrest backup --type=full 2>&1; echo status $?')
  /** Folders that no list knows of. */
  const strays = async (): Promise<string[]> => {
    const known = await labels(node)
    const folders = await onNode(node, `cd ${BACKUPS}; ls -d 2*`)
    return folders.split('\n').filter((one) => !known.includes(one) && one !== '')
  }

  const assertNothingLost = async (): Promise<void> => {
    const now = await labels(node)
    assert.deepEqual(
      kept.filter((label) => !now.includes(label)),
      [],
      'backups that are gone',
    )
    const { from, until: end, holes } = await look()
    assert.deepEqual(holes, window.holes)
    assert.deepEqual(from, window.from)
    assert.ok(end !== undefined && window.until !== undefined && end.segment >= window.until.segment)
  }

  const again = async (): Promise<void> => {
    await assertNothingLost()
    const said = await onNode(node, 'docker exec -u postgres pgbackrest backup --type=incr 2>&1')
    assert.match(said, /new backup label/)
    await assertNothingLost()
    assert.deepEqual(await strays(), [])
  }

  before(async () => {
    await healthyCluster()
    node = await primaryNow()
    await untilWell(node)
    kept = await labels(node)
    window = await look()
    // Enough for a backup to take a moment.
    await psql(
      node,
      'CREATE TABLE IF NOT EXISTS heavy AS SELECT g, md5(random()::text) AS text FROM generate_series(1, 2000000) g',
    )
  })

  it('a backup: the next one succeeds, and nothing that was there is lost', async () => {
    const killed = backup()
    const partial = await onNode(node, whenCopying(`pkill -KILL -f '^pgbackrest backup '`))
    assert.match(partial, /^(bundle|pg_data)$/m)
    assert.doesNotMatch(partial, /^backup\.manifest$/m)
    assert.match(await killed, /status 137/)
    assert.equal((await strays()).length, 1)
    await again()
  })

  it('a backup together with its container', async () => {
    const killed = backup().catch(String)
    const partial = await onNode(
      node,
      whenCopying('docker kill pgbackrest >/dev/null; docker start pgbackrest >/dev/null'),
    )
    assert.match(partial, /^(bundle|pg_data)$/m)
    assert.doesNotMatch(partial, /^backup\.manifest$/m)
    await killed
    await until('the service is back', async () => (await pgbackrest(node, 'true')) === '')
    await again()
  })

  it('an expire', async () => {
    let left: string[] = []
    for (let i = 0; i < 5 && left.length === 0; i++) {
      for (let full = 0; full < 3; full++) assert.match(await backup(), /status 0/)
      kept = (await labels(node)).filter((label) => label.endsWith('F')).slice(-2)
      const whole = await look()
      window = { ...whole, from: whole.backups.find((one) => one.backup.label === kept[0])?.from }
      const killing = onNode(node, whenExpiring)
      const status = await pgbackrest(node, `pgbackrest expire ${RETENTION} 2>/dev/null; echo $?`).catch(
        String,
      )
      await killing
      // One that was done already was not killed: the next one has as much to do.
      if (/137/.test(status)) left = await strays()
    }
    assert.ok(left.length > 0, 'no kill hit an expire before it was done')
    await assertNothingLost()
    const rerun = await pgbackrest(node, `pgbackrest expire ${RETENTION} --log-level-console=info`)
    assert.match(rerun, /completed successfully/)
    await assertNothingLost()
    assert.deepEqual(await strays(), [])
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
