import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { type FetchArgs, copy, fetch, find, shell as sh } from '../../../../lib/modules/index.ts'
import { playAnsible } from '../../../support/ansible-playbook.ts'
import { hasAnsible } from '../../../support/ansible.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, useTemp } from '../driver.ts'
import { CASES, type Files, argsOf, filesOf, folders, isChanged, makeFiles, prepare } from './fetch-cases.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`what fetch fetches, under ${name}`, () => {
    const temp = useTemp()

    it('is foretold, done once, and left alone then', async () => {
      prepare(temp())
      const fetched = Object.entries(CASES).filter(([, { after }]) => !(after instanceof RegExp))
      const tasks = () => fetched.map(([what, one]) => fetch(what, argsOf(temp(), one)))
      for (const how of [{ check: true }, {}, { batch: false }]) {
        const { tasks: ended } = await runOn(shell, tasks, how)
        for (const [i, [what, one]] of fetched.entries()) {
          const is = folders(temp(), one)
          const changed = isChanged(one) && how.batch !== false
          assert.deepEqual(
            [what, ended[i]?.status, ended[i]?.changes.length],
            [what, !changed ? 'ok' : how.check ? 'would-change' : 'changed', changed ? 1 : 0],
          )
          const wanted = how.check || one.after instanceof RegExp ? (one.local ?? {}) : one.after
          assert.deepEqual([what, filesOf(is.local)], [what, is.named(wanted)])
        }
      }
    })

    it('is refused where it cannot be, in the dry run too', async () => {
      prepare(temp())
      const refused = Object.entries(CASES).filter(([, { after }]) => after instanceof RegExp)
      const tasks = () =>
        refused.map(([what, one]) => fetch(what, argsOf(temp(), one), { ignoreErrors: true }))
      for (const how of [{ check: true }, {}]) {
        const { tasks: ended } = await runOn(shell, tasks, how)
        for (const [i, [what, one]] of refused.entries()) {
          const is = folders(temp(), one)
          assert.equal(ended[i]?.status, 'failed', what)
          assert.match(ended[i]?.error?.message ?? '', one.after as RegExp, what)
          assert.deepEqual([what, filesOf(is.local)], [what, is.named(one.local ?? {})])
        }
      }
    })

    it('may be large, and is sent in pieces', async () => {
      const at = (path: string): string => join(temp(), path)
      const content = Buffer.alloc(17 * 1024 * 1024 + 5, 'a line of text\n')
      content.writeUInt32BE(0xffff_0000, 8 * 1024 * 1024)
      writeFileSync(at('large'), content)
      const run = await runOn(shell, () => [fetch('it', { src: at('large'), dest: at('x/'), flat: true })])
      assert.deepEqual(run.statuses, ['it: changed'])
      assert.ok(readFileSync(at('x/large')).equals(content))
    })

    it('is what it was when it was looked at, of a file that grows', async () => {
      const at = (path: string): string => join(temp(), path)
      writeFileSync(at('log'), 'one\n')
      const got = fetch('got', { src: at('log'), dest: at('x/'), flat: true })
      const run = await runOn(shell, () => [
        sh('grow', { script: `echo two >>'${at('log')}'` }, { touches: [] }),
        got,
        copy(
          'sum',
          from(got, ({ checksum }) => ({ dest: at('sum'), content: `${checksum}` })),
        ),
      ])
      assert.deepEqual(run.statuses, ['grow: changed', 'got: changed', 'sum: changed'])
      assert.equal(readFileSync(at('x/log'), 'latin1'), 'one\n')
      assert.equal(readFileSync(at('sum'), 'latin1'), createHash('sha256').update('one\n').digest('hex'))
    })

    it('is refused where it changed meanwhile, unless that is allowed', async () => {
      const at = (path: string): string => join(temp(), path)
      const tasks = (validateChecksum: boolean) => () => [
        sh('change', { script: `echo new >'${at('file')}'` }, { touches: [] }),
        fetch('got', { src: at('file'), dest: at('x/'), flat: true, validateChecksum }),
      ]
      makeFiles(temp(), { file: '644 old\n', 'x/file': '644 mine\n' })
      const refused = await runOn(shell, tasks(true))
      assert.deepEqual(refused.statuses, ['change: changed', 'got: failed'])
      assert.match(refused.tasks[1]?.error?.message ?? '', /file changed on the host while it was read/)
      assert.deepEqual(filesOf(at('x')), { file: '644 mine\n' })
      writeFileSync(at('file'), 'old\n')
      assert.deepEqual((await runOn(shell, tasks(false))).statuses, ['change: changed', 'got: changed'])
      assert.deepEqual(filesOf(at('x')), { file: '644 new\n' })
    })
  })
}

describe('fetch', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('does what the fetch of Ansible does, except where said', async function () {
    if (!hasAnsible()) this.skip()
    prepare(temp())
    const compared = Object.entries(CASES).flatMap(([what, one]) =>
      one.differs === undefined ? [{ what, one }] : [],
    )
    const said = await playAnsible(
      compared.map(({ one }) => {
        const { failOnMissing, ...rest } = argsOf(temp(), one)
        return { module: 'fetch', args: { ...rest, fail_on_missing: failOnMissing } }
      }),
    )
    for (const [n, { what, one }] of compared.entries()) {
      const is = folders(temp(), one)
      const failed = one.after instanceof RegExp
      assert.equal(said[n]?.['failed'] === true, failed, `${what}: ${JSON.stringify(said[n])}`)
      const wanted = one.after instanceof RegExp ? (one.local ?? {}) : one.after
      const plain = (files: Files): Files =>
        Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/^\d+ /, '')]))
      assert.deepEqual([what, plain(filesOf(is.local))], [what, plain(is.named(wanted))])
      if (!failed) assert.equal(said[n]?.['changed'] ?? false, isChanged(one), what)
    }
  })

  it('shows nothing of what is in a file', async () => {
    writeFileSync(at('key'), 'PRIVATE canary\n')
    const run = await runLocal(() => [fetch('it', { src: at('key'), dest: at('x') })], { diff: true })
    assert.deepEqual(run.statuses, ['it: changed'])
    assert.ok(!JSON.stringify(run.events).includes('canary'))
  })

  it('takes the files of several hosts, each below its name', async () => {
    writeFileSync(at('a'), 'a')
    const run = await runLocal(() => [fetch('it', { src: at('a'), dest: at('x') })], { hosts: 2 })
    assert.deepEqual(run.statuses, ['it: changed', 'it: changed'])
    assert.deepEqual(filesOf(at('x')), { [`host-1${at('a')}`]: '600 a', [`host-2${at('a')}`]: '600 a' })
  })

  it('takes a URL, and the name of the host that a task is delegated to', async () => {
    writeFileSync(at('a'), 'a')
    const dest = new URL(`file://${at('x')}/`)
    const { statuses } = await runLocal(
      ({ name }) =>
        name === 'host-1' ? [fetch('it', { src: at('a'), dest }, { delegateTo: 'host-2' })] : [],
      { hosts: 2 },
    )
    assert.deepEqual(statuses, ['it: changed'])
    assert.deepEqual(filesOf(at('x')), { [`host-2${at('a')}`]: '600 a' })
  })

  it('can be sent on', async () => {
    const tasks = () => {
      const got = fetch('got', { src: at('a'), dest: at('x') })
      return [
        got,
        copy(
          'on',
          from(got, ({ dest }) => ({ src: dest, dest: at('b') })),
        ),
      ]
    }
    for (const content of ['one', 'two']) {
      writeFileSync(at('a'), content)
      assert.deepEqual((await runLocal(tasks, { check: true })).statuses, [
        'got: would-change',
        'on: unknown',
      ])
      assert.deepEqual((await runLocal(tasks)).statuses, ['got: changed', 'on: changed'])
      assert.equal(readFileSync(at('b'), 'latin1'), content)
    }
    assert.deepEqual((await runLocal(tasks, { check: true })).statuses, ['got: ok', 'on: ok'])
  })

  it('takes what find finds, and is there for later tasks', async () => {
    makeFiles(at('logs'), { 'a.log': '644 a', 'b.log': '644 bb', c: '644 c' })
    const tasks = () => {
      const logs = find('logs', { paths: at('logs'), patterns: '*.log' })
      const one = fetch('one', { src: at('logs/c'), dest: at('one/'), flat: true })
      return [
        logs,
        from(logs, ({ files }) =>
          files.map(({ path }) => fetch(path.slice(-5), { src: path, dest: at('x') })),
        ),
        one,
        copy(
          'note',
          from(one, ({ dest, checksum }) => ({ dest: at('note'), content: `${dest} ${checksum}\n` })),
        ),
      ]
    }
    const dry = await runLocal(tasks, { check: true, diff: true })
    assert.deepEqual(dry.statuses, [
      'logs: ok',
      'a.log: would-change',
      'b.log: would-change',
      'one: would-change',
      'note: unknown',
    ])
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses, [
      'logs: ok',
      'a.log: changed',
      'b.log: changed',
      'one: changed',
      'note: changed',
    ])
    assert.equal(
      readFileSync(at('note'), 'utf8'),
      `${at('one/c')} ${createHash('sha256').update('c').digest('hex')}\n`,
    )
    assert.deepEqual((await runLocal(tasks)).statuses, [
      'logs: ok',
      'a.log: ok',
      'b.log: ok',
      'one: ok',
      'note: ok',
    ])
  })

  it('fetches what an earlier task writes', async () => {
    const tasks = () => [
      copy('new', { dest: at('new'), content: 'n' }),
      fetch('it', { src: at('new'), dest: at('x/'), flat: true }),
    ]
    assert.deepEqual((await runLocal(tasks, { check: true })).statuses, [
      'new: would-change',
      'it: would-change',
    ])
    assert.deepEqual((await runLocal(tasks)).statuses, ['new: changed', 'it: changed'])
    assert.deepEqual(filesOf(at('x')), { new: '600 n' })
  })

  it('takes what the kernel shows, which has no size', async () => {
    const run = await runLocal(() => [fetch('it', { src: '/proc/version', dest: at('x/'), flat: true })])
    assert.deepEqual(run.statuses, ['it: changed'])
    assert.equal(readFileSync(at('x/version'), 'latin1'), readFileSync('/proc/version', 'latin1'))
  })

  const wrong: Readonly<Record<string, FetchArgs>> = {
    'a path that is relative': { src: 'a', dest: '/x' },
    'a path with two dots': { src: '/a/../b', dest: '/x' },
    'the root': { src: '/', dest: '/x' },
    'no destination': { src: '/a', dest: '' },
    'no size': { src: '/a', dest: '/x', maxBytes: 0 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => fetch('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})
