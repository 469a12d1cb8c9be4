import assert from 'node:assert/strict'
import { another, assertHealthy, healthyCluster, pause, primaryNow, timelineOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { type Outcome, explain, onNode, psql, run, runJson, start, until } from './support.ts'
import { tosser } from './toss.ts'

// 20 by hand.
const TIMES = Number(process.env['KILLS'] ?? 3)
const { seed, toss } = tosser()

const abort = (to: string, ...args: string[]): Promise<Outcome> =>
  run('promote', '-e', `to=${to}`, '-e', 'abort=yes', ...args)

/** Starts a promotion, and kills it with SIGKILL when `ready` says so. */
async function killedPromotion(to: string, ready: () => Promise<unknown>): Promise<void> {
  const { child, done } = start(['promote', '-e', `to=${to}`])
  await ready()
  child.kill('SIGKILL')
  const { code } = await done
  assert.equal(code, null, 'it ended before it was killed')
}

const fenced = (node: string) =>
  onNode(node, 'timeout 60 sh -c "until [ -e /data/postgres/fenced ]; do sleep 0.02; done"')

describe('a promotion that is aborted', function () {
  this.timeout(300_000 * TIMES)
  let from: string
  let to: string
  let timeline: number
  beforeEach(async () => {
    await healthyCluster()
    from = await primaryNow()
    to = another(from)
    timeline = await timelineOf(from)
  })

  it('was never begun: that is said, and nothing is changed', async () => {
    for (const check of [[], ['-C']]) {
      const nothing = await runJson('promote', '-e', `to=${to}`, '-e', 'abort=yes', ...check)
      assert.equal(nothing.code, 0, explain(nothing))
      assert.match(nothing.stdout, new RegExp(`no promotion of ${to} was begun: ${from} is the primary`))
      assert.deepEqual(nothing.with('changed', 'would-change', 'unknown', 'failed'), [])
    }
    assert.equal(await timelineOf(from), timeline)
    await assertHealthy(from)
  })

  it('names its point of no return in the plan', async () => {
    const dry = await runJson('promote', '-C', '-e', `to=${to}`)
    assert.equal(dry.code, 0, explain(dry))
    assert.match(dry.with('would-change').join('\n'), /hand over[\s\S]*promote: the point of no return/)
  })

  it('leads back: the old primary accepts writes again, on its timeline', async () => {
    await prepareLoad(from)
    const load = await startLoad(another(from, to))
    await pause(500)
    await killedPromotion(to, () => fenced(from))
    const dry = await runJson('promote', '-C', '-e', `to=${to}`, '-e', 'abort=yes')
    assert.equal(dry.code, 0, explain(dry))
    assert.match(dry.with('would-change').join('\n'), /restart as a replica[\s\S]*primary again/)
    assert.match(await onNode(from, 'ls /data/postgres'), /fenced/, 'a dry run changes nothing')
    const other = await abort(another(from, to))
    assert.equal(other.code, 1, explain(other))
    assert.match(other.stderr, new RegExp(`a promotion of ${to} was begun, not of ${another(from, to)}`))
    const back = await abort(to)
    assert.equal(back.code, 0, explain(back))
    await pause(1_000)
    const report = await load.stop()
    assert.equal(await timelineOf(from), timeline)
    assert.deepEqual(await compare(from, report), { lost: [], doubled: 0 })
    assert.ok(report.acknowledged.length > 50, 'the load wrote next to nothing')
    await assertHealthy(from)
  })

  it('is refused past the point of no return, and the same command without it finishes', async () => {
    await killedPromotion(to, () =>
      until('it is promoted', async () => (await psql(to, 'SELECT pg_is_in_recovery()')) === 'f'),
    )
    const late = await abort(to)
    assert.equal(late.code, 1, explain(late))
    assert.match(late.stderr, /not aborted: .*the point of no return of its promotion has been passed/)
    assert.match(late.stderr, new RegExp(`run-playbook promote -e to=${to}\\b`))
    const finish = await run('promote', '-e', `to=${to}`)
    assert.equal(finish.code, 0, explain(finish))
    await assertHealthy(to)
  })

  it('is itself killed, and leads on both ways', async () => {
    for (const then of ['abort', 'finish'] as const) {
      from = await primaryNow()
      to = another(from)
      await killedPromotion(to, () => fenced(from))
      const { child, done } = start(['promote', '-e', `to=${to}`, '-e', 'abort=yes'])
      let printed = ''
      child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      await until('the abort has begun', async () => /stays a replica/.test(printed))
      await pause(toss() * 4_000)
      child.kill('SIGKILL')
      await done
      // Who has just been started again is not promoted before it streams: that is said, and nothing is changed.
      await until(
        `${then}, TOSS=${seed}`,
        async () => {
          const next = then === 'abort' ? await abort(to) : await run('promote', '-e', `to=${to}`)
          if (then === 'finish' && next.code === 1)
            assert.match(next.stderr, /does not receive WAL|is not running/)
          else assert.equal(next.code, 0, explain(next))
          return next.code === 0
        },
        120,
      )
      await assertHealthy(then === 'abort' ? from : to)
    }
  })

  it(`is killed at a tossed moment, and aborted or finished, ${TIMES} times (TOSS=${seed})`, async () => {
    for (let i = 0; i < TIMES; i++) {
      from = await primaryNow()
      to = another(from)
      await prepareLoad(from)
      const load = await startLoad(another(from, to))
      await pause(500)
      const { child, done } = start(['promote', '-e', `to=${to}`])
      // What matters happens within seconds after the fence.
      if (toss() < 0.8) await fenced(from)
      const after = Math.round(toss() * 3_000)
      setTimeout(() => child.kill('SIGKILL'), after)
      await done
      const back = toss() < 0.7
      const next = back ? await abort(to) : await run('promote', '-e', `to=${to}`)
      const words = `killed after ${after} ms, then ${back ? 'aborted' : 'finished'}`
      const passed = back && next.code !== 0
      if (passed) {
        assert.match(next.stderr + next.stdout, /point of no return .*passed/, explain(next))
        const finish = await run('promote', '-e', `to=${to}`)
        if (finish.code !== 0) assert.match(finish.stderr, /is the primary already/, explain(finish))
      } else if (next.code !== 0) assert.match(next.stderr, /is the primary already/, explain(next))
      const primary = back && !passed ? from : to
      await until('one primary', async () => (await primaryNow()) === primary)
      const report = await load.stop()
      assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 }, words)
      console.log(
        `    ${words}${passed ? ' (past the point of no return)' : ''}: ${primary} is the primary, ${report.acknowledged.length} commits, none lost; writes waited ${report.longestGapMs} ms`,
      )
      // What follows a promotion may be left to site; an abort leaves nothing.
      if (primary === to) await runJson('site')
      await assertHealthy(primary)
    }
  })
})
