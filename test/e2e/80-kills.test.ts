import assert from 'node:assert/strict'
import { another, assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { type Line, openLog, wordsOf } from './kills/log.ts'
import type { Attempt, End, Operation } from './kills/operation.ts'
import { promote } from './kills/promote.ts'
import { reclone } from './kills/reclone.ts'
import { restore } from './kills/restore.ts'
import { rotate } from './kills/rotate.ts'
import { compare, prepareLoad, startLoad, untilWriting } from './load/load.ts'
import { DIR, explain, run, start, until } from './support.ts'
import { tosser } from './toss.ts'

// 20 by hand, and which: KILLED='promote,rotate'.
const TIMES = Number(process.env['KILLS'] ?? 1)
const log = openLog(process.env['KILLS_LOG'])
const { seed: first } = tosser()

// Commits wait for a replica, so that there is none to lose.
const SITE = ['--inventory', `${DIR}/kills-inventory.ts`] as const
const CHOSEN = process.env['KILLED']?.split(',')
const OPERATIONS = [promote(...SITE), restore(...SITE), reclone(...SITE), rotate(...SITE)].filter(
  ({ name }) => CHOSEN?.includes(name) ?? true,
)

describe('kill -9 at a tossed moment, then the same command again or its abort', function () {
  this.timeout(1_200_000)
  before(() => {
    writeInventory('kills-inventory.ts', [
      /groups: \{\s*postgres: \{ /,
      'groups: { postgres: { vars: { synchronous: true }, ',
    ])
  })

  for (const operation of OPERATIONS) {
    const left = TIMES - log.done(operation.name)
    if (left <= 0) continue
    describe(operation.name, () => {
      let whole: number
      let healthy = false
      before('how long it takes when nobody kills it', async () => {
        await healthyCluster(...SITE)
        const primary = await primaryNow()
        await prepareLoad(primary)
        const { command } = await operation.prepare(primary, tosser(first).toss)
        const begun = Date.now()
        const outcome = await run(...command)
        whole = Date.now() - begun
        assert.equal(outcome.code, 0, explain(outcome))
      })

      for (let i = 0; i < left; i++)
        it(`round ${TIMES - left + i + 1} of ${TIMES} (TOSS=${first + i})`, async () => {
          if (!healthy) await healthyCluster(...SITE)
          healthy = false
          await round(operation, first + i, whole)
          healthy = true
        })
    })
  }

  describe('all in all', () => {
    for (const { name } of OPERATIONS)
      it(`${name} went well ${TIMES} times`, () =>
        assert.ok(log.done(name) >= TIMES, `${log.done(name)} times`))
  })
})

/** One primary, no commit lost, and every node healthy: otherwise it throws. Either way the log has a line. */
async function round(operation: Operation, seed: number, whole: number): Promise<void> {
  const { toss } = tosser(seed)
  const killedAfterMs = Math.round(toss() * whole)
  const aborts = toss() < 0.5
  const from = await primaryNow()
  await prepareLoad(from)
  const attempt = await operation.prepare(from, toss)
  let line: Line = {
    operation: operation.name,
    seed,
    words: attempt.words,
    killedAfterMs,
    ofMs: whole,
    play: '',
    way: aborts ? 'to be aborted' : 'to be finished',
    acknowledged: 0,
    lost: 0,
    healthyAfterS: 0,
    result: 'ok',
  }
  const load = await startLoad(another(from), 2)
  try {
    await untilWriting(from)
    line = { ...line, play: await killed(attempt, killedAfterMs) }
    const begun = Date.now()
    const end = aborts ? await attempt.abort() : await attempt.finish()
    line = { ...line, way: end.way }
    const primary = await primaryAfter(end)
    await untilWriting(primary, 10)
    const report = await load.stop()
    const { lost: missing, doubled } = await compare(primary, report)
    const lost = (await attempt.lost?.(primary, end, report)) ?? missing
    line = { ...line, acknowledged: report.acknowledged.length, lost: lost.length }
    assert.deepEqual({ lost, doubled }, { lost: [], doubled: 0 })
    await attempt.assertDone?.(primary)
    await assertHealthy(primary, ...SITE)
    line = { ...line, healthyAfterS: Math.round((Date.now() - begun) / 1000) }
    console.log(`    ${wordsOf(line)}`)
  } catch (error) {
    line = { ...line, result: error instanceof Error ? error.message : String(error) }
    console.log(`    ${wordsOf(line)}`)
    throw error
  } finally {
    await load.stop().catch(() => {})
    log.add(line)
  }
}

/** Pulls the plug of the machine that it runs on. Gives back the last play that it had printed. */
async function killed({ command }: Attempt, afterMs: number): Promise<string> {
  const { child, done } = start(command)
  setTimeout(() => child.kill('SIGKILL'), afterMs)
  const outcome = await done
  assert.ok(
    outcome.code === null || outcome.code === 0,
    `it failed before it was killed: ${explain(outcome)}`,
  )
  return [...outcome.stdout.matchAll(/^play (.*?)(?: {2}.*)?$/gim)].at(-1)?.[1] ?? ''
}

async function primaryAfter({ primary }: End): Promise<string> {
  let now = ''
  await until(`one primary, ${primary ?? 'any node'}`, async () => {
    now = await primaryNow()
    return primary === undefined || primary === now
  })
  return now
}
