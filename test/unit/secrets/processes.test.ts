import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lutimes, readdir, symlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { reveal } from '../../../lib/core/secret.ts'
import { withLock } from '../../../lib/secrets/lock.ts'
import { type Checkout, checkout } from './checkout.ts'

/** Sooner than a lock becomes too old: it was taken over because its holder is dead. */
const SOON_MS = 15_000
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

describe('secrets under several processes', function () {
  let repo: Checkout
  beforeEach(async () => (repo = await checkout()))
  afterEach(() => repo.remove())

  const run = (what: string, ...args: string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, ['--import', 'tsx', CHILD, what, ...args], { stdio: 'pipe' })

  it('two runs on a fresh checkout end with one set of passwords', async () => {
    const children = [1, 2, 3].map(() => run('generate', repo.stateDir, join(repo.root, 'ann')))
    const lines = children.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]())
    for (const line of lines) assert.equal((await line.next()).value, '"ready"')
    for (const child of children) child.stdin.write('go\n')
    const ends = await Promise.all(
      lines.map(async (line) => JSON.parse((await line.next()).value as string) as Record<string, string>),
    )
    const saved = ends.filter(({ password }) => password !== undefined)
    assert.equal(saved.length, 1)
    const others = ends.filter(({ password }) => password === undefined)
    assert.deepEqual(others, [{ code: 'E_SECRETS_CONFLICT' }, { code: 'E_SECRETS_CONFLICT' }])
    assert.equal(reveal((await repo.openAs('ann')).password('app')), saved[0]?.['password'])
    assert.deepEqual((await readdir(repo.stateDir)).toSorted(), ['recipients.txt', 'secrets.age'])
  })

  it('runs that make different secrets keep all of them', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => repo.openAs('ann')))
    const values = stores.map((store, i) => reveal(store.password(`app.${i}`)))
    await Promise.all(stores.map((store) => store.save()))
    const store = await repo.openAs('ann')
    assert.deepEqual(
      values.map((_, i) => reveal(store.get(`app.${i}`))),
      values,
    )
  })

  it('kill -9 at any moment loses nothing that was saved, and blocks nobody', async () => {
    const saved = new Map<string, string>()
    for (let round = 0; round < 5; round++) {
      const child = run('save-forever', repo.stateDir, join(repo.root, 'ann'))
      const exit = once(child, 'exit')
      const lines = createInterface(child.stdout)
      lines.on('line', (line) => {
        const { name, value } = JSON.parse(line) as { name: string; value: string }
        saved.set(name, value)
      })
      // The first round dies before it has saved anything, at times.
      await (round === 0 ? once(child.stdout, 'data') : once(lines, 'line'))
      await sleep(Math.random() * 60)
      child.kill('SIGKILL')
      await exit

      const started = performance.now()
      const store = await repo.openAs('ann')
      for (const [name, value] of saved) assert.equal(reveal(store.get(name)), value)
      saved.set(`round.${round}`, reveal(store.password(`round.${round}`)))
      await store.save()
      assert.ok(performance.now() - started < SOON_MS)
    }
    assert.deepEqual((await readdir(repo.stateDir)).toSorted(), ['recipients.txt', 'secrets.age'])
  })

  it('takes over the lock of a run that was killed', async () => {
    const lock = join(repo.root, 'lock')
    const [, signal] = (await once(run('die-with-lock', lock), 'exit')) as [number, string]
    assert.equal(signal, 'SIGKILL')
    assert.deepEqual(await readdir(repo.root), ['lock'])
    const started = performance.now()
    assert.equal(await withLock(lock, async () => 'mine'), 'mine')
    assert.ok(performance.now() - started < SOON_MS)
    assert.deepEqual(await readdir(repo.root), [])
  })

  it('takes over a lock that is too old, whoever has its pid by now', async () => {
    const lock = join(repo.root, 'lock')
    await symlink(`${hostname()}:${process.pid}:0`, lock)
    await lutimes(lock, Date.now() / 1000 - 60, Date.now() / 1000 - 60)
    assert.equal(await withLock(lock, async () => 'mine'), 'mine')
  })

  it('keeps others out while it works', async () => {
    const lock = join(repo.root, 'lock')
    let inside = 0
    const work = async (): Promise<void> => {
      assert.equal(++inside, 1)
      await sleep(3)
      inside--
    }
    await Promise.all(Array.from({ length: 10 }, () => withLock(lock, work)))
  })

  it('notices that the lock was taken from it', async () => {
    const lock = join(repo.root, 'lock')
    const late = withLock(lock, async (assertHeld) => {
      await lutimes(lock, 0, 0)
      await withLock(lock, async () => 'another')
      assertHeld()
    })
    await assert.rejects(late, { code: 'E_SECRETS_BUSY' })
  })
})
