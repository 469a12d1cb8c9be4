import assert from 'node:assert/strict'
import { withMachineLock } from '../../docker/lab/lock.ts'
import { ensurePostgresArchive, placeUpgradeArchive } from '../../docker/lab/postgres-image.ts'
import { pause, primaryNow, slotOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { sum, write } from './restore.ts'
import {
  NODES,
  type Outcome,
  explain,
  freshLab,
  onNode,
  psql,
  run,
  runJson,
  start,
  until,
} from './support.ts'
import { tosser } from './toss.ts'

// 20 by hand.
const TIMES = Number(process.env['KILLS'] ?? 3)
const NEW = ['-e', 'image=run-playbook/postgres:17'] as const
const say = (text: string): void => console.log(`    ${text.trim()}`)
const { seed, toss } = tosser()

describe('an upgrade of the cluster from PostgreSQL 15 to 17', function () {
  this.timeout(900_000 + TIMES * 600_000)
  const primary = 'node-a'
  let archived: boolean
  let old: string[]
  /** How long a whole one takes, in milliseconds. */
  let whole = 60_000

  before(async () => {
    const lab = await freshLab()
    archived = lab.postgresArchive !== undefined
    // Where a registry answers, nodes build both. Elsewhere the lab has made images for them.
    old = archived ? [] : ['-e', 'image=run-playbook/postgres:15']
    if (archived)
      await withMachineLock(async () => {
        await ensurePostgresArchive(lab.engine, lab.dir, say, 'bookworm')
        await placeUpgradeArchive(lab.engine, lab.dir, say, 'trixie')
      })
    const site = await run('site', ...old)
    assert.equal(site.code, 0, explain(site))
    await write(primary, 'orders', 10_000)
    await psql(primary, "ALTER SYSTEM SET work_mem = '5MB'")
    await psql(primary, 'SELECT pg_reload_conf() FROM pg_sleep(1.5)')
    await prepareLoad(primary)
  })

  after(async () => {
    const lab = await freshLab()
    if (archived) await withMachineLock(() => ensurePostgresArchive(lab.engine, lab.dir, say))
  })

  const upgrade = (...args: string[]): Promise<Outcome> => run('upgrade', '-e', 'to=17', ...old, ...args)
  const begin = ['-e', 'window=yes'] as const
  const abort = (...args: string[]): Promise<Outcome> => upgrade('-e', 'abort=yes', ...args)
  const version = (node: string): Promise<string> =>
    psql(node, "SELECT current_setting('server_version_num')::int / 10000")
  const marks = (node: string): Promise<string> => onNode(node, 'ls -A /data/postgres /data/backups')

  async function refused(outcome: Promise<Outcome>, words: RegExp): Promise<void> {
    const { code, stdout, stderr } = await outcome
    assert.equal(code, 1, stdout + stderr)
    assert.match(stderr, words)
  }

  /** Three nodes with PostgreSQL 15, of which nothing tells that there was an upgrade. */
  async function assertOld(): Promise<void> {
    await until('the replicas stream', async () => {
      const count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
      return (await psql(primary, count)) === '2'
    })
    assert.equal(await primaryNow(), primary)
    for (const node of NODES) {
      assert.equal(await version(node), '15', node)
      assert.doesNotMatch(await marks(node), /upgrade|postgres-15|fenced|rejoin/, node)
    }
    const site = await runJson('site', ...old)
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(site.with('changed', 'failed'), [], 'site wants something else')
    await until('all is well but for what ALTER SYSTEM has set', async () => {
      const { stdout } = await run('status')
      const warnings = stdout.split('\n').filter((line) => /^(critical|warning) /.test(line))
      if (warnings.every((line) => line.trim().endsWith('overrides work_mem'))) return true
      throw new Error(stdout)
    })
  }

  /** The same of PostgreSQL 17, with the old data beside it. */
  async function assertNew(): Promise<void> {
    for (const node of NODES) {
      assert.equal(await version(node), '17', node)
      assert.match(await marks(node), /pgdata\.postgres-15/, node)
      const backups = await onNode(node, 'docker exec -u postgres pgbackrest pgbackrest info --output=json')
      const [{ backup, db }] = JSON.parse(backups) as [
        { backup: { type: string; database: { id: number } }[]; db: { id: number; version: string }[] },
      ]
      const id = db.find((one) => one.version === '17')?.id
      assert.ok(
        backup.some(({ type, database }) => type === 'full' && database.id === id),
        `no full backup on ${node}: ${backups}`,
      )
    }
    assert.equal(await primaryNow(), primary)
    const site = await runJson('site', ...NEW)
    assert.equal(site.code, 0, explain(site))
    // What is built on the image of PostgreSQL is built anew where nodes build it.
    if (archived) assert.deepEqual(site.with('changed', 'failed'), [], 'site wants something else')
  }

  it('is refused before anything is changed', async () => {
    await refused(upgrade(), /was not rehearsed[\s\S]*-e rehearse=yes/)
    await refused(upgrade('-l', 'node-b'), /--limit leaves out node-a and node-c/)
    const nothing = await abort()
    assert.equal(nothing.code, 0, explain(nothing))
    assert.match(nothing.stdout, /no upgrade is unfinished/)
    const rehearsal = await upgrade('-e', 'rehearse=yes')
    assert.equal(rehearsal.code, 0, explain(rehearsal))
    await refused(upgrade(), /nothing was changed: there is no terminal to ask on[\s\S]*window=yes/)
    await onNode('node-c', 'docker stop postgres')
    await refused(upgrade(...begin), /node-c does not receive WAL from the primary, node-a/)
    await onNode('node-c', 'docker start postgres')
    await assertOld()
  })

  it('names in a dry run when nobody can write, and what an abort loses', async () => {
    await until('the replicas stream', async () => {
      const dry = await runJson('upgrade', '-e', 'to=17', ...old, ...begin, '-C')
      if (dry.code !== 0) throw new Error(explain(dry))
      assert.match(
        dry.with('would-change').join('\n'),
        /stop: clients cannot write until the new version is open[\s\S]*pg_upgrade[\s\S]*from here on an abort loses what is written/,
      )
      return true
    })
    await assertOld()
  })

  it('is done while clients write, and loses no commit', async () => {
    const before = await sum(primary, 'orders')
    const load = await startLoad('node-c')
    await pause(2_000)
    const started = Date.now()
    const outcome = await upgrade(...begin)
    whole = Date.now() - started
    await pause(1_000)
    const report = await load.stop()
    assert.equal(outcome.code, 0, explain(outcome))
    assert.match(outcome.stdout, /Set image: 'run-playbook\/postgres:17' in inventory\.ts/)
    assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
    assert.equal(await sum(primary, 'orders'), before)
    assert.equal(await psql(primary, 'SHOW work_mem'), '5MB')
    assert.equal(
      await psql(primary, "SELECT count(*) FROM pg_stats WHERE tablename = 'orders'"),
      '2',
      'statistics',
    )
    say(
      `upgraded in ${(whole / 1000).toFixed(0)} s; ${report.acknowledged.length} commits, none lost; writes were refused for ${(report.longestGapMs / 1000).toFixed(1)} s`,
    )
    await assertNew()
  })

  it('keeps everything else from running with the old image, and is told by the status', async () => {
    for (const command of [['site'], ['promote', '-e', 'to=node-b'], ['reclone', '-l', 'node-b']])
      await refused(run(...command, ...old), /was upgraded to PostgreSQL 17[\s\S]*Set image: 'run-playbook/)
    await refused(upgrade(...begin), /upgraded to PostgreSQL 17 already/)
    await refused(upgrade('-e', 'finish=yes'), /the old data are not removed: the image is/)
    const { stdout } = await run('status')
    assert.match(stdout, /was upgraded to PostgreSQL 17, and the nodes keep the data of PostgreSQL 15/)
  })

  it('is aborted when the operator says that commits may be lost, and the old cluster goes on', async () => {
    const before = await sum(primary, 'orders')
    await psql(primary, 'CREATE TABLE later ()')
    await refused(abort(), /clients may have written to it[\s\S]*-e lose-commits=yes/)
    const back = await abort('-e', 'lose-commits=yes')
    assert.equal(back.code, 0, explain(back))
    assert.match(back.stdout, /No upgrade is unfinished\. The cluster is PostgreSQL 15/)
    assert.equal(await sum(primary, 'orders'), before)
    assert.equal(await psql(primary, "SELECT to_regclass('later') IS NULL"), 't')
    await assertOld()
    const backup = await run('backup', ...old)
    assert.equal(backup.code, 0, explain(backup))
    // WAL is there without a gap.
    for (const node of NODES) await onNode(node, 'docker exec -u postgres pgbackrest pgbackrest verify')
  })

  it('is aborted while nobody could write yet, without losing anything', async () => {
    const load = await startLoad('node-c')
    await pause(500)
    await killed(upgradeStarted(), () =>
      onNode(primary, 'timeout 120 sh -c "until [ -e /data/postgres/fenced ]; do sleep 0.05; done"'),
    )
    await refused(run('site', ...old), /an upgrade from PostgreSQL 15 to 17 was interrupted/)
    await refused(run('promote', '-e', 'to=node-b', ...old), /an upgrade from PostgreSQL 15 to 17 was interr/)
    assert.match((await run('status')).stdout, /An upgrade from PostgreSQL 15 to 17 runs, or was interrupted/)
    const back = await abort()
    assert.equal(back.code, 0, explain(back))
    await pause(1_000)
    const report = await load.stop()
    assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
    await assertOld()
  })

  const upgradeStarted = () => start(['upgrade', '-e', 'to=17', ...old, ...begin])

  async function killed(
    { child, done }: ReturnType<typeof start>,
    ready: () => Promise<unknown>,
  ): Promise<number | null> {
    await ready()
    child.kill('SIGKILL')
    return (await done).code
  }

  it(`is killed at a tossed moment, and aborted or finished, ${TIMES} times (TOSS=${seed})`, async () => {
    for (let i = 0; i < TIMES; i++) {
      const load = await startLoad('node-c')
      await pause(500)
      // One in each part of it, so that no part is left out by chance.
      const after = Math.round(((i + toss()) / TIMES) * whole)
      await killed(upgradeStarted(), () => pause(after))
      const wanted = toss() < 0.6
      const back = wanted ? await abort() : undefined
      const passed = back !== undefined && back.code !== 0
      if (passed) assert.match(back.stderr, /clients may have written to it/, explain(back))
      const forward = !wanted || passed
      if (forward) {
        const finish = await upgrade(...begin)
        // Killed late enough, there is nothing left to do, and that is said.
        if (finish.code !== 0)
          assert.match(finish.stderr, /upgraded to PostgreSQL 17 already/, explain(finish))
      }
      await pause(1_000)
      const report = await load.stop()
      const words = `killed after ${after} of ${whole} ms, then ${wanted ? 'aborted' : 'finished'}${passed ? ' (clients may have written: finished)' : ''}`
      assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 }, words)
      say(
        `${words}: ${report.acknowledged.length} commits, none lost; writes waited ${(report.longestGapMs / 1000).toFixed(1)} s`,
      )
      if (forward) {
        await assertNew()
        // The way back may be killed as well.
        await killed(
          start(['upgrade', '-e', 'to=17', ...old, '-e', 'abort=yes', '-e', 'lose-commits=yes']),
          () => pause(toss() * 20_000),
        )
        const again = await abort('-e', 'lose-commits=yes')
        assert.equal(again.code, 0, explain(again))
      }
      await assertOld()
    }
  })

  it('is killed in pg_upgrade and goes on, lets go of the old data, and is then a cluster as any other', async () => {
    // pg_upgrade goes on by itself, or is broken off with the old server running: either way the next run makes it anew.
    await killed(upgradeStarted(), () =>
      onNode(
        primary,
        'cd /data/postgres && timeout 300 sh -c "until [ -e fenced ] && [ ! -e upgrade.fresh ] && [ -e pgdata/postmaster.pid ]; do sleep 0.05; done"',
      ),
    )
    const outcome = await upgrade(...begin)
    assert.equal(outcome.code, 0, explain(outcome))
    await assertNew()
    const finish = await run('upgrade', '-e', 'to=17', ...NEW, '-e', 'finish=yes')
    assert.equal(finish.code, 0, explain(finish))
    for (const node of NODES) assert.doesNotMatch(await marks(node), /upgrade|postgres-15/, node)
    const wrong = await run('site', ...old)
    assert.notEqual(wrong.code, 0)
    assert.match(wrong.stdout + wrong.stderr, /has PostgreSQL 15[\s\S]*image: 'run-playbook\/postgres:17'/)
    const promote = await run('promote', '-e', 'to=node-b', ...NEW)
    assert.equal(promote.code, 0, explain(promote))
    assert.equal(await primaryNow(), 'node-b')
    await until('its replicas stream', async () => {
      const slots = "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_name <> ''"
      return (await psql('node-b', slots)) === '2'
    })
    assert.match(
      await psql('node-b', "SELECT string_agg(slot_name, ' ') FROM pg_replication_slots"),
      new RegExp(slotOf('node-a')),
    )
  })
})
