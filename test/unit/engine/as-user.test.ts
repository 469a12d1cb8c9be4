import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UnreachableError } from '../../../lib/core/errors.ts'
import { group } from '../../../lib/core/group.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { Transport } from '../../../lib/transport/transport.ts'
import { runLocal } from '../../support/run-local.ts'

const NOBODY = 65_534

/** Loses the connection before anything is sent as this user that has the word in it. */
const losing = (word: string): Transport => ({
  connect: async (host, signal) => {
    const connection = await localTransport({}).connect(host, signal)
    const exchange = connection.exchange.bind(connection)
    connection.exchange = (scripts, options) =>
      scripts.some(({ script }) => script.includes(word))
        ? Promise.reject(new UnreachableError('E_CONNECTION_LOST', 'the connection was lost'))
        : exchange(scripts, options)
    return connection
  },
})

describe('a task of another user', () => {
  let root: string
  const at = (name: string) => join(root, name)
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'as-user-'))
    chmodSync(root, 0o777)
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('runs with the hands of that user, a group hands it on, and become: false takes it back', async () => {
    await runLocal(() => [
      file('own', { path: at('own'), state: 'file' }, { becomeUser: 'nobody' }),
      group({ becomeUser: 'nobody' }, [
        file('in a group', { path: at('group'), state: 'file' }),
        file('of the login user', { path: at('login'), state: 'file' }, { become: false }),
      ]),
    ])
    assert.deepEqual(
      ['own', 'group', 'login'].map((name) => statSync(at(name)).uid),
      [NOBODY, NOBODY, 0],
    )
  })

  for (const batch of [true, false])
    it(`looks with the eyes of that user, ${batch ? 'batched' : 'one at a time'}`, async () => {
      writeFileSync(at('secret'), 'x', { mode: 0o600 })
      const sees = (name: string, becomeUser: string) =>
        shell(
          name,
          { script: `touch ${at(name)}`, unless: `cat ${at('secret')} || [ -e ${at(name)} ]` },
          { becomeUser },
        )
      const run = await runLocal(
        () => [sees('a-root', 'root'), sees('b-nobody', 'nobody'), sees('c-root', 'root')],
        {
          batch,
        },
      )
      assert.deepEqual(run.statuses, ['a-root: ok', 'b-nobody: changed', 'c-root: ok'])
      const dry = await runLocal(() => [sees('a-root', 'root'), sees('d-nobody', 'nobody')], {
        batch,
        check: true,
      })
      assert.deepEqual(dry.statuses, ['a-root: ok', 'd-nobody: would-change'])
    })

  for (const [task, handler] of [
    ['nobody', 'root'],
    ['root', 'nobody'],
    ['nobody', 'nobody'],
  ] as const)
    it(`as ${task} owes a handler of ${handler}, paid by the next run when this one is lost`, async () => {
      const mark = `handled-by-${handler}`
      const tasks = () => {
        const handled = shell(`handler ${root}`, { script: `id -un >> ${at(mark)}` }, { becomeUser: handler })
        return [copy('config', { dest: at('config'), content: 'x' }, { becomeUser: task, notify: handled })]
      }
      const lost = await runLocal(tasks, { transport: losing(mark) })
      assert.deepEqual([lost.statuses, lost.recap.exitCode], [['config: changed'], 4])
      assert.equal(existsSync(at(mark)), false)
      assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok', `handler ${root}: changed`])
      assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok'])
      assert.equal(readFileSync(at(mark), 'utf8'), `${handler}\n`)
    })

  it('of the login user notifies a handler of root, once', async () => {
    const tasks = () => {
      const handled = shell(`handler ${root}`, { script: `id -un >> ${at('log')}` }, { become: true })
      return [copy('config', { dest: at('config'), content: 'x' }, { become: false, notify: handled })]
    }
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: changed', `handler ${root}: changed`])
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok'])
    assert.equal(readFileSync(at('log'), 'utf8'), 'root\n')
  })

  it('has the environment of its group and its own, as data', async () => {
    const value = `it's "a" $HOME \`b\``
    await runLocal(() => [
      group({ environment: { OUTER: 'outer', BOTH: 'outer' } }, [
        shell(
          'prints',
          { script: `printf '%s|' "$OUTER" "$BOTH" "$OWN" > ${at('env')}` },
          { environment: { BOTH: 'own', OWN: value }, becomeUser: 'nobody' },
        ),
      ]),
      shell('has none', { script: `printf '%s' "\${OUTER-none}" > ${at('after')}` }),
    ])
    assert.equal(readFileSync(at('env'), 'utf8'), `outer|own|${value}|`)
    assert.equal(readFileSync(at('after'), 'utf8'), 'none')
  })
})
