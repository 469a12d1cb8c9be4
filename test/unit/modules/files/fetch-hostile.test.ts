import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ChannelQuestion, OpenChannel } from '../../../../lib/core/reader.ts'
import { question } from '../../../../lib/core/probe.ts'
import { fetch } from '../../../../lib/modules/index.ts'
import { type Order, operatorMachine, receive } from '../../../../lib/modules/files/fetch/channel.ts'
import { localCopy } from '../../../../lib/modules/files/fetch/reader.ts'
import { type Target, placeOf } from '../../../../lib/modules/files/fetch/target.ts'
import { runStep } from '../../../../lib/testing/shells.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, itAsRoot, useTemp } from '../driver.ts'
import { filesOf, makeFiles } from './fetch-cases.ts'

describe('what fetch keeps of a host', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)
  const target = (src = '/etc/a'): Target => ({ src, dest: at('dest'), flat: false, into: false })
  const machine = (name = 'web'): OpenChannel<Target> =>
    operatorMachine.open({
      name,
      forward: () => Promise.reject(new Error('not here')),
      countRoundTrip: () => {},
    })
  const { signal } = new AbortController()

  const tell = async (
    open: OpenChannel<Target>,
    order: Order,
    passed = '',
    to = target(),
  ): Promise<string> => {
    const { code, stderr } = await open.run(receive(to, order), signal, Buffer.from(passed))
    return code === 0 ? 'done' : stderr.toString()
  }
  const add = (open: OpenChannel<Target>, passed: string, piece = 0): Promise<string> =>
    tell(open, { does: 'add', piece, atMost: 8 }, passed)
  const keep = (open: OpenChannel<Target>): Promise<string> => tell(open, { does: 'keep' })

  it('is nothing that it was not asked for', async () => {
    const open = machine()
    assert.match(await add(open, '123456789'), /web sent more of \/etc\/a than it was asked for/)
    assert.deepEqual(filesOf(at('dest')), {})
    assert.equal(await add(open, '12345678'), 'done')
    assert.match(await add(open, '123456789', 1), /sent more/)
    assert.deepEqual(filesOf(at('dest')), {})
  })

  it('is nothing of a file that is not whole', async () => {
    const open = machine()
    assert.equal(await add(open, 'half'), 'done')
    await open.close()
    assert.deepEqual(filesOf(at('dest')), {})
  })

  it('is not left of a run that was killed', async () => {
    const killed = machine()
    assert.equal(await add(killed, 'killed'), 'done')
    assert.equal(Object.keys(filesOf(at('dest'))).length, 1)
    const open = machine()
    assert.equal(await add(open, 'whole'), 'done')
    assert.equal(await keep(open), 'done')
    await killed.close()
    assert.deepEqual(filesOf(at('dest')), { 'web/etc/a': '600 whole' })
  })

  it('is in the directory that was entered, whatever is put in its place', async function () {
    if (process.platform !== 'linux') this.skip()
    makeFiles(at('victim'), { a: '644 mine' })
    const open = machine()
    assert.equal(await add(open, 'new'), 'done')
    renameSync(at('dest/web/etc'), at('dest/web/moved'))
    symlinkSync(at('victim'), at('dest/web/etc'))
    assert.equal(await keep(open), 'done')
    assert.deepEqual(filesOf(at('victim')), { a: '644 mine' })
    assert.equal(readFileSync(at('dest/web/moved/a'), 'latin1'), 'new')
  })

  it('takes the place of a link that was put there meanwhile, and leaves its target alone', async () => {
    writeFileSync(at('victim'), 'mine')
    const open = machine()
    assert.equal(await add(open, 'new'), 'done')
    symlinkSync(at('victim'), at('dest/web/etc/a'))
    assert.equal(await keep(open), 'done')
    assert.equal(readFileSync(at('victim'), 'latin1'), 'mine')
    assert.deepEqual(filesOf(at('dest')), { 'web/etc/a': '600 new' })
  })

  it('is not written through a link that was put there before it began', async () => {
    makeFiles(at('victim'), { b: '644 b' })
    mkdirSync(at('dest/web'), { recursive: true })
    symlinkSync(at('victim'), at('dest/web/etc'))
    assert.match(await add(machine(), 'new'), /etc on your machine is a link or a file/)
    assert.deepEqual(filesOf(at('victim')), { b: '644 b' })
  })

  it('never leaves the directory, by the name of a host or of a file', async () => {
    const names = ['..', '.', '', '../x', 'a/b', '/etc', 'a\0b']
    for (const name of names) {
      assert.throws(() => placeOf(name, target()), { code: 'E_UNSAFE_PATH' }, name)
      const one = { ...question(localCopy, '', target()), on: target() } as ChannelQuestion<Target>
      const answers = await machine(name).ask([one], signal)
      assert.match(String([...answers.values()][0]), /cannot be the name of a file on your machine/)
    }
    for (const src of ['/etc/../../x', '/./x', '/etc/..'])
      assert.throws(() => placeOf('web', target(src)), { code: 'E_UNSAFE_PATH' }, src)
    for (const src of ['/etc/..', '/.'])
      assert.throws(() => placeOf('web', { ...target(src), flat: true, into: true }), {
        code: 'E_UNSAFE_PATH',
      })
  })
})

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash') continue
  describe(`what root fetches from the directory of somebody else, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const run = () => runOn(shell, () => [fetch('it', { src: at('alice/a'), dest: at('x/'), flat: true })])

    beforeEach(() => {
      chmodSync(temp(), 0o755)
      makeFiles(temp(), { 'alice/a': '644 hers', secret: '600 canary' })
    })

    itAsRoot('is what that one has there', async () => {
      for (const path of ['alice', 'alice/a']) chownSync(at(path), 4711, 4711)
      assert.deepEqual((await run()).statuses, ['it: changed'])
      assert.deepEqual(filesOf(at('x')), { a: '600 hers' })
      assert.deepEqual(readdirSync(at('alice')), ['a'])
    })

    const LINK = 'mv a b; ln -s ../secret a'
    const moments: Readonly<Record<string, readonly [before: string, after: string]>> = {
      'before it is opened': [LINK, ':'],
      'while it is opened': [LINK, 'mv b a'],
      'and a file of the same size while it is opened': [LINK, 'rm a; echo hi >c; mv c a'],
    }
    for (const [when, [before, after]] of Object.entries(moments))
      itAsRoot(`is not what a link leads to that is put there ${when}`, async () => {
        for (const path of ['alice', 'alice/a']) chownSync(at(path), 4711, 4711)
        const task = fetch('it', { src: at('alice/a'), dest: at('x/'), flat: true })
        const [step] = task.module.apply(task.args, { src: { type: 'file', size: 4 } })
        const script = step !== undefined && 'script' in step ? step.script : assert.fail()
        const plain = await runStep(shell, { script })
        assert.deepEqual([plain.code, plain.stdout.toString()], [0, 'hers'])
        // As alice could do it, if she were that fast.
        const open = 'exec 3<"$file"\n'
        assert.ok(script.includes(open))
        const attacked = await runStep(shell, {
          script: script.replace(open, () => `${before}; ${open}${after}\n`),
        })
        assert.deepEqual([attacked.code, attacked.stdout.toString()], [1, ''])
        assert.match(attacked.stderr.toString(), /a was replaced while it was opened/)
      })

    itAsRoot('is refused where that one can put another directory in its place', async () => {
      makeFiles(temp(), { 'alice/root/a': '600 roots' })
      chownSync(at('alice'), 4711, 4711)
      const { tasks } = await runOn(shell, () => [fetch('it', { src: at('alice/root/a'), dest: at('x') })], {
        check: true,
      })
      assert.equal(tasks[0]?.error?.code, 'E_UNSAFE_PATH')
      assert.match(tasks[0]?.error?.message ?? '', /is not safe to read: .*alice belongs to/)
    })
  })
}
