import assert from 'node:assert/strict'
import { withMachineLock } from '../../docker/lab/lock.ts'
import { ensurePostgresArchive, placeUpgradeArchive } from '../../docker/lab/postgres-image.ts'
import { assertHealthy, pause, primaryNow, timelineOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { write } from './restore.ts'
import { NODES, explain, freshLab, onNode, psql, run, runJson, start, until } from './support.ts'

const REHEARSE = ['upgrade', '-e', 'to=17', '-e', 'rehearse=yes'] as const
const say = (text: string): void => console.log(`    ${text.trim()}`)

describe('the upgrade from PostgreSQL 15 to 17', function () {
  this.timeout(1_800_000)
  const primary = 'node-a'
  let archived: boolean
  let image: string[]

  before(async () => {
    const lab = await freshLab()
    archived = lab.postgresArchive !== undefined
    // Where a registry answers, nodes build both. Elsewhere the lab has made images for them.
    image = archived ? [] : ['-e', 'image=run-playbook/postgres:15']
    if (archived)
      await withMachineLock(async () => {
        await ensurePostgresArchive(lab.engine, lab.dir, say, 'bookworm')
        await placeUpgradeArchive(lab.engine, lab.dir, say, 'trixie')
      })
    const site = await runJson('site', ...image)
    assert.equal(site.code, 0, explain(site))
    await psql(primary, 'CREATE ROLE reader')
    await psql(primary, 'CREATE EXTENSION hstore')
    await psql(primary, 'ALTER SYSTEM SET vacuum_defer_cleanup_age = 0')
    await write(primary, 'orders', 10_000)
    await psql(primary, 'CREATE INDEX ON orders (words COLLATE "en-x-icu")')
    const backup = await run('backup', ...image, '-e', 'type=full')
    assert.equal(backup.code, 0, explain(backup))
  })

  after(async () => {
    const lab = await freshLab()
    if (archived) await withMachineLock(() => ensurePostgresArchive(lab.engine, lab.dir, say))
  })

  const upgrade = (...args: string[]) => run(...REHEARSE, ...image, ...args)
  /** What a rehearsal could leave, and what it must not change. */
  const left = (node: string) =>
    onNode(
      node,
      `ls -A /data/drill; docker ps -a --filter name=postgres-rehearsal --format '{{.Names}}'
      docker ps --format '{{.Names}} {{.Image}} {{.ID}}' | sort; docker image inspect -f '{{.Id}}' run-playbook/postgres${archived ? '' : ':15'}`,
    )

  it('is refused in words before anything is done', async () => {
    for (const [args, words] of [
      [['-e', 'to=15'], /Too small|at least 16/],
      [['-e', 'on=node-x'], /there is no node node-x/],
      [['-l', 'node-c'], /rehearsed on node-b, which --limit leaves out/],
      [['-e', 'rehearse=no'], /was not rehearsed[\s\S]*-e rehearse=yes/],
      [['-e', `to-image=run-playbook/postgres${archived ? '' : ':15'}`], /the nodes run with the image/],
    ] as const) {
      const { code, stderr } = await upgrade(...args)
      assert.equal(code, 1, stderr)
      assert.match(stderr, words)
    }
    // The replicas make it too.
    const place = '/var/lib/postgresql/data/fast'
    const onEach = (script: string) =>
      Promise.all(NODES.map((node) => onNode(node, `docker exec -u postgres postgres sh -c '${script}'`)))
    await onEach(`mkdir ${place}`)
    await psql(primary, `CREATE TABLESPACE fast LOCATION '${place}'`)
    const spaces = await upgrade()
    assert.equal(spaces.code, 1, explain(spaces))
    assert.match(spaces.stderr, /there are tablespaces, which an upgrade does not support: fast/)
    await psql(primary, 'DROP TABLESPACE fast')
    await until('it is gone on all nodes', () => onEach(`rmdir ${place}; [ ! -e ${place} ]`).then(() => true))
  })

  it('fails where the new version does not know a setting of the primary, and says which', async () => {
    const before = await left('node-b')
    const outcome = await upgrade()
    assert.equal(outcome.code, 2, explain(outcome))
    assert.match(
      outcome.stdout + outcome.stderr,
      /settings: PostgreSQL 17\.\d+ does not know what ALTER SYSTEM has set on the primary: vacuum_defer_cleanup_age/,
    )
    assert.equal(await left('node-b'), before)
    await psql(primary, 'ALTER SYSTEM RESET vacuum_defer_cleanup_age')
    // A file that was changed in the second of the reload counts as not read.
    await psql(primary, 'SELECT pg_reload_conf() FROM pg_sleep(1.5)')
  })

  it('is rehearsed on a replica, while a client writes, and changes nothing', async () => {
    const before = await Promise.all(NODES.map(left))
    const timeline = await timelineOf(primary)
    const dry = await runJson(...REHEARSE, ...image, '-C')
    assert.equal(dry.code, 0, explain(dry))
    assert.match(dry.with('would-change').join('\n'), /node-b: postgres-rehearsal › rehearsal/)
    await prepareLoad(primary)
    const load = await startLoad('node-c')
    const started = Date.now()
    const outcome = await upgrade()
    const seconds = (Date.now() - started) / 1000
    await pause(1_000)
    const report = await load.stop()
    assert.equal(outcome.code, 0, explain(outcome))
    const said = outcome.stdout + outcome.stderr
    assert.match(
      said,
      /from PostgreSQL 15\.\d+ to 17\.\d+ was rehearsed on node-b, with the backup \d{8}-\d{6}F/,
    )
    assert.match(
      said,
      /restore [\d.]+ s, check [\d.]+ s, upgrade [\d.]+ s, start [\d.]+ s, statistics [\d.]+ s/,
    )
    assert.match(said, /nobody can write: here [\d.]+ s/)
    if (archived)
      assert.match(said, /REINDEX DATABASE after the upgrade in .*postgres \(collation en-x-icu\)/)
    assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
    assert.deepEqual(await Promise.all(NODES.map(left)), before)
    assert.equal(await primaryNow(), primary)
    assert.equal(await timelineOf(primary), timeline)
    const words = said.split('\n').filter((line) => /restore [\d.]+ s|nobody can write/.test(line))
    console.log(`    ${words.map((line) => line.trim()).join('\n    ')}`)
    console.log(
      `    rehearsed in ${seconds.toFixed(0)} s; ${report.acknowledged.length} commits meanwhile, none lost, the longest pause ${report.longestGapMs} ms`,
    )
  })

  it('is killed in a rehearsal, which leaves nothing when the next one is done', async () => {
    const { child, done } = start([...REHEARSE, ...image])
    await until('the backup is being restored', async () =>
      (await onNode('node-b', 'ls /data/drill')).includes('rehearsal.old'),
    )
    child.kill('SIGKILL')
    const { code } = await done
    assert.equal(code, null, 'it ended before it was killed')
    const again = await upgrade()
    assert.equal(again.code, 0, explain(again))
    assert.equal(
      await onNode('node-b', 'ls -A /data/drill; docker ps -aq --filter name=postgres-rehearsal'),
      '',
    )
  })

  it('leaves a cluster in which site has nothing to do', async () => {
    if (archived) await assertHealthy(primary)
    else assert.deepEqual((await runJson('site', ...image)).with('changed', 'failed'), [])
  })
})
