import assert from 'node:assert/strict'
import { another, assertHealthy, healthyCluster, pause, primaryNow, timelineOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { IN_PLACE, archive, killedRestore, restore, sum, write } from './restore.ts'
import { NODES, explain, onNode, run, runJson, start, until } from './support.ts'
import { tosser } from './toss.ts'

const { seed, toss } = tosser()
const KEPT =
  'rm -rf /data/postgres/pgdata.replaced-* /data/postgres/restore.report /data/backups/aside-*; docker rm -f postgres-restore || true'
const ABORT = ['restore', '-e', 'in-place=yes', '-e', 'abort=yes'] as const

describe(`a restore in place that is aborted (TOSS=${seed})`, function () {
  this.timeout(900_000)
  let primary: string
  let wish: string[]
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    // What an earlier restore has left.
    await Promise.all(NODES.map((node) => onNode(node, KEPT)))
    const moment = await write(primary, 'orders', 1000)
    await archive(primary)
    wish = ['-e', `target-time=${moment}`, ...IN_PLACE]
  })

  /** The order is the first thing that is done. */
  async function killedStop(...args: string[]): Promise<void> {
    const { child, done } = start(['restore', ...args])
    await onNode(
      primary,
      'timeout 120 sh -c "until [ -e /data/postgres/restore.order ]; do sleep 0.02; done"',
    )
    await pause(toss() * 2_000)
    child.kill('SIGKILL')
    const { code } = await done
    assert.equal(code, null, 'it ended before it was killed')
  }

  const assertNothingLeft = async (): Promise<void> => {
    for (const node of NODES) {
      const found = await onNode(node, 'ls /data/postgres; ls /data/backups')
      assert.doesNotMatch(found, /restore\.|pgdata\.(replaced|restore|clone)|tablespaces|aside-|fenced/)
    }
  }

  it('was never begun: that is said, and nothing is changed', async () => {
    const nothing = await runJson(...ABORT)
    assert.equal(nothing.code, 0, explain(nothing))
    assert.match(nothing.stdout, /no restore in place is unfinished/)
    assert.deepEqual(nothing.with('changed', 'unknown', 'failed'), [])
    const dry = await runJson('restore', '-C', ...wish)
    assert.equal(dry.code, 0, explain(dry))
    assert.match(dry.with('would-change').join('\n'), /set-aside[\s\S]*restore-opens › point of no return/)
    assert.equal(await primaryNow(), primary)
  })

  for (const [name, killed] of [
    ['play stop', () => killedStop(...wish)],
    ['play restore', () => killedRestore(/play restore/, toss() * 6_000, ...wish)],
    ['play set aside', () => killedRestore(/play set aside/, toss() * 1_000, ...wish)],
  ] as const)
    it(`leads back from ${name}, with every commit, on the same timeline`, async () => {
      const timeline = await timelineOf(primary)
      await prepareLoad(primary)
      const load = await startLoad(another(primary))
      await killed()
      const dry = await runJson(...ABORT, '-C')
      assert.equal(dry.code, 0, explain(dry))
      assert.match(
        dry.with('would-change').join('\n'),
        /old data and old repository back[\s\S]*accepts connections again/,
      )
      const site = await run('site')
      assert.match(site.stderr, /-e abort=yes/, explain(site))
      const back = await run(...ABORT)
      assert.equal(back.code, 0, explain(back))
      assert.match(back.stdout + back.stderr, new RegExp(`${primary} is the primary`))
      await until('it accepts writes', async () => (await primaryNow()) === primary)
      await pause(1_000)
      const report = await load.stop()
      assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
      assert.equal(await timelineOf(primary), timeline)
      await assertNothingLeft()
      await assertHealthy(primary)
      console.log(
        `    ${report.acknowledged.length} commits, none lost; writes waited ${report.longestGapMs} ms`,
      )
    })

  it('is itself killed, and leads on; the restore waits for its end', async () => {
    const timeline = await timelineOf(primary)
    await killedRestore(/play set aside/, 1_000, ...wish)
    const { child, done } = start(ABORT)
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    await until('the abort has begun', async () => /play old data/.test(printed))
    await pause(toss() * 3_000)
    child.kill('SIGKILL')
    await done
    const finish = await run('restore', ...wish)
    assert.equal(finish.code, 1, explain(finish))
    assert.match(finish.stderr, /Finish the abort first: .*abort=yes/)
    const back = await run(...ABORT)
    assert.equal(back.code, 0, explain(back))
    assert.equal(await timelineOf(primary), timeline)
    await assertNothingLeft()
    await assertHealthy(primary)
  })

  it('with keep=no leads back until the old data is overwritten', async () => {
    const timeline = await timelineOf(primary)
    const without = [...wish, '-e', 'keep=no']
    await killedStop(...without)
    const back = await run(...ABORT)
    assert.equal(back.code, 0, explain(back))
    assert.equal(await timelineOf(primary), timeline)
    await assertHealthy(primary)
    const before = await sum(primary, 'orders')
    await killedRestore(/play restore/, toss() * 3_000, ...without)
    const late = await run(...ABORT)
    assert.equal(late.code, 1, explain(late))
    assert.match(late.stderr, /has passed its point of no return/)
    await restore(...without)
    for (const node of NODES) assert.equal(await sum(node, 'orders'), before, node)
    await assertHealthy(await primaryNow())
  })

  it('is refused when the restore was killed in its last play, and the same command finishes it', async () => {
    const before = await sum(primary, 'orders')
    const { child, done } = start(['restore', ...wish])
    const [marked, unmarked] = ['-e', '! -e'].map(
      (is) => `until [ ${is} /data/postgres/restore.aside ]; do sleep 0.02; done`,
    )
    await onNode(another(primary), `timeout 600 sh -c '${marked}; ${unmarked}'`)
    child.kill('SIGKILL')
    const { code } = await done
    assert.equal(code, null, 'it ended before it was killed')
    const late = await run(...ABORT)
    // Some nodes have ended it. Where all have, there is nothing to abort.
    if (late.code === 0) assert.match(late.stdout, /no restore in place is unfinished/)
    else assert.match(late.stderr, /has passed its point of no return/)
    await restore(...wish)
    for (const node of NODES) assert.equal(await sum(node, 'orders'), before, node)
    await assertHealthy(await primaryNow())
  })

  it('is refused past the point of no return, and the same command without it finishes', async () => {
    const before = await sum(primary, 'orders')
    await killedRestore(/play primary/, toss() * 5_000, ...wish)
    const late = await run(...ABORT)
    assert.equal(late.code, 1, explain(late))
    assert.match(
      late.stderr,
      /has passed its point of no return\n +To finish the restore: run-playbook restore -e in-place=yes/,
    )
    await restore(...wish)
    for (const node of NODES) assert.equal(await sum(node, 'orders'), before, node)
    await assertHealthy(await primaryNow())
  })
})
