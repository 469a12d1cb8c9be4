import assert from 'node:assert/strict'
import { asOperator, assertTidy, forget, leftBehind, playbook, runWell, startOf } from './task-tree.ts'
import { NODES, explain, lab, onNode, start, until } from './support.ts'
import { waitForNode } from '../../docker/lab/nodes.ts'

/** How many runs are killed; more by hand. */
const TIMES = Number(process.env['KILLS'] ?? 8)
const SEED = Number(process.env['KILL_SEED'] ?? 1)

/** Numbers from 0 to 1 that are the same in each run of the tests (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The ways to run it, one after the other: batched, one task at a time, and as an account that needs sudo. */
const WAYS = [
  { name: 'batched', begin: () => start([playbook('tree')]) },
  { name: 'one task at a time', begin: () => start([playbook('tree'), '--no-batch']) },
  { name: 'over an account that needs sudo', begin: () => asOperator(playbook('tree')) },
]

describe(`kill -9 in the middle of a task tree, seed ${SEED}`, function () {
  this.timeout(120_000)
  const next = random(SEED)
  let end: string[]
  const took = new Map<string, number>()
  before(async function () {
    this.timeout(240_000)
    await lab()
    for (const { name, begin } of WAYS) {
      await forget()
      const started = performance.now()
      const whole = await begin().done
      assert.equal(whole.code, 0, explain(whole))
      took.set(name, performance.now() - started)
    }
    end = await leftBehind()
  })
  beforeEach(forget)
  after(forget)

  for (let i = 0; i < TIMES; i++) {
    const way = WAYS[i % WAYS.length] ?? { name: '', begin: () => start([]) }
    const share = next()
    it(`is mended by the next run: ${way.name}, after ${Math.round(share * 100)} % of its time`, async () => {
      const { child, done } = way.begin()
      const timer = setTimeout(() => child.kill('SIGKILL'), share * (took.get(way.name) ?? 0))
      await done
      clearTimeout(timer)
      for (const node of NODES) {
        const size = await onNode(node, 'stat -c %s /srv/tree/payload 2>/dev/null || echo none')
        assert.match(size, /^(1760000|none)$/, `half a file on ${node}`)
      }
      await runWell(playbook('tree'))
      assert.deepEqual((await runWell(playbook('tree'))).with('changed'), [])
      assert.deepEqual(await leftBehind(), end)
      await assertTidy()
    })
  }
})

describe('kill -9 in the middle of a reboot', function () {
  this.timeout(240_000)
  before(async () => {
    await lab()
    await forget()
  })
  after(forget)

  /** Waits until node-c was started again and is up. */
  async function started(before: string): Promise<void> {
    await until('the start', async () => (await startOf('node-c')) !== before)
    const { engine, nodes } = await lab()
    for (const node of nodes) await waitForNode(engine, node)
  }

  it('leaves the host up, and the next run finishes what it owes', async () => {
    const before = await startOf('node-c')
    await onNode('node-c', 'touch /run/tree-before')
    const { child, done } = start([playbook('reboot')])
    await until('the options', async () => (await onNode('node-c', 'ls /srv/tree')) === 'options')
    await until('the reboot', async () => (await startOf('node-c').catch(() => 'down')) !== before)
    child.kill('SIGKILL')
    await done
    await started(before)
    const next = await runWell(playbook('reboot'))
    assert.ok(next.with('changed').includes('node-c:  › after the start'), explain(next))
    assert.deepEqual((await runWell(playbook('reboot'))).with('changed'), [])
    await assertTidy()
  })
})
