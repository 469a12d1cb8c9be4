import assert from 'node:assert/strict'
import { from } from '../../../lib/core/deferred.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { compilePlays } from '../../../lib/playbook/compile.ts'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { idOf } from '../../../lib/playbook/identify.ts'
import { defineInventory } from '../../../lib/playbook/inventory.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Play, definePlay } from '../../../lib/playbook/playbook.ts'
import { runLocal } from '../../support/run-local.ts'

const inventory = defineInventory({ hosts: { a: { address: '10.0.0.1' } } })
const hosts = resolveHosts(inventory)
const compile = (play: object) =>
  compilePlays([{ name: 'p', hosts: 'all', ...play } as Play], inventory, hosts, hosts, {
    tags: [],
    skipTags: [],
  })[0]?.hosts[0]
const one = (name: string, options = {}) => file(name, { path: `/${name}`, state: 'file' }, options)

describe('what nobody would read', () => {
  it('is refused in a task, a handler and a play, and the option that was meant is named', () => {
    const restart = shell('restart', { script: 'true' })
    assert.throws(() => compile({ tasks: () => [one('a', { notfy: restart })] }), {
      code: 'E_BAD_OPTION',
      message: 'file "a": there is no option notfy',
      hint: 'Did you mean notify?',
      at: /check-play\.test\.ts:\d+$/,
    })
    assert.throws(() => compile({ tasks: () => [one('a', { notify: one('h', { wehn: false }) })] }), {
      code: 'E_BAD_OPTION',
    })
    assert.throws(() => compile({ task: () => [] }), { hint: 'Did you mean tasks?' })
  })

  it('is refused as an account or a variable, in a task and in a play', () => {
    const wrong = [
      { becomeUser: 'no body' },
      { becomeUser: '-u' },
      { becomeUser: 'login' },
      { becomeUser: 'app', become: false },
      { environment: { 'A B': 'x' } },
      { environment: { A: 1 } },
    ]
    for (const options of wrong) {
      assert.throws(() => compile({ tasks: () => [one('a', options)] }), { code: 'E_BAD_OPTION' })
      assert.throws(() => compile({ tasks: () => [one('a')], ...options }), { code: 'E_BAD_OPTION' })
    }
    for (const becomeUser of ['app', '0day', 'jo@example.org', 'web-1', 'host$'])
      assert.ok(compile({ tasks: () => [one('a', { becomeUser })], becomeUser }))
  })

  it('is refused as tags, as become and as retry, of a task and of a play', () => {
    for (const options of [
      { tags: 'deploy' },
      { tags: [1] },
      { tags: [''] },
      { become: 'yes' },
      { retry: 3 },
    ])
      assert.throws(() => compile({ tasks: () => [one('a', options)] }), { code: 'E_BAD_OPTION' })
    for (const options of [{ tags: 'deploy' }, { become: 'no' }])
      assert.throws(() => compile({ tasks: () => [one('a')], ...options }), { code: 'E_BAD_OPTION' })
  })

  it('is refused as what from makes a value with', () => {
    const two = from as unknown as (...all: readonly unknown[]) => unknown
    assert.throws(() => two(one('a'), one('b'), () => ''), {
      code: 'E_BAD_ARGUMENT',
      message: 'from: the second argument must be a function of the result',
      at: /check-play\.test\.ts:\d+$/,
    })
  })

  it('is refused in the place of the name of a task', () => {
    const nameless = copy as unknown as (args: object) => ReturnType<typeof copy>
    assert.throws(() => nameless({ dest: '/x', content: '' }), {
      code: 'E_BAD_ARGUMENT',
      message: 'copy: the first argument must be the name of the task',
      at: /check-play\.test\.ts:\d+$/,
    })
  })

  it('is refused as the hosts of a play', () => {
    for (const wrong of [undefined, null, 5, {}, { group: 'web' }, [5], [['a']], [{}], () => ['a']])
      assert.throws(() => compile({ hosts: wrong }), {
        code: 'E_BAD_PATTERN',
        message: 'play p: hosts must be names, a pattern or hosts themselves',
      })
    assert.throws(() => compile({ hosts: ['b'] }), { code: 'E_UNKNOWN_HOST' })
  })

  it('is refused where a handler notifies another', () => {
    const handler = one('h', { notify: one('other') })
    assert.throws(() => compile({ tasks: () => [one('a', { notify: handler })] }), {
      code: 'E_BAD_HANDLER',
      message: /"h" notifies other handlers/,
    })
  })

  it('is refused as a number of hosts', () => {
    for (const serial of [0, -1, 1.5, '30', '0%', '101%', []])
      assert.throws(() => compile({ serial }), { code: 'E_BAD_PLAY', message: /serial/ })
  })

  it('is refused as a list where a function is wanted', () => {
    for (const name of ['roles', 'tasks'])
      assert.throws(() => compile({ [name]: [] as never }), {
        code: 'E_BAD_PLAY',
        message: `play p: ${name} must be a function that returns a list`,
      })
  })

  it('is refused where a return was forgotten', () => {
    for (const name of ['tasks', 'roles'] as const)
      assert.throws(() => compile({ [name]: () => undefined }), {
        code: 'E_BAD_PLAY',
        message: new RegExp(`^play p: ${name} returns nothing, and must return a list`),
      })
  })

  it('is refused as a part of a text, where it is made later', () => {
    const first = one('a')
    const text = () => `x ${String(from(first, () => 'y'))}`
    assert.throws(() => compile({ tasks: () => [first, copy('b', { dest: '/b', content: text() })] }), {
      code: 'E_BAD_ARGUMENT',
      message: /cannot be part of a text/,
    })
  })

  it('is refused as what a play returns, with the line of the play', () => {
    for (const name of ['roles', 'tasks'])
      assert.throws(() => compile({ [name]: () => one('a') as never }), {
        code: 'E_BAD_PLAY',
        message: new RegExp(`^play p: ${name} must return a list`),
      })
    const selection = { tags: [], skipTags: [] }
    for (const wrong of [{ roles: () => [one as never] }, { hosts: 'b' as never }])
      assert.throws(
        () =>
          compilePlays(
            [definePlay({ name: 'p', hosts: pattern('all'), ...wrong })],
            inventory,
            hosts,
            hosts,
            selection,
          ),
        { code: /^E_(BAD_PLAY|UNKNOWN_HOST)$/, at: /check-play\.test\.ts:\d+$/ },
      )
  })

  it('is refused as a tag, to run and to skip', async () => {
    const tasks = () => [one('a', { tags: ['config'] })]
    const run = (selection: object) => runLocal(tasks, { selection, check: true })
    const expected = { code: 'E_UNKNOWN_TAG', hint: 'Did you mean config?' }
    await assert.rejects(run({ tags: ['confg'] }), expected)
    await assert.rejects(run({ skipTags: ['cofnig'] }), expected)
    assert.deepEqual((await run({ tags: ['all'], skipTags: ['config', 'never'] })).statuses, [])
  })

  it('does not let two handlers of one name share what is owed', () => {
    const handler = () => shell('restart', { script: 'true' })
    const play = compile({ tasks: () => [one('a', { notify: handler() }), one('b', { notify: handler() })] })
    assert.equal(new Set(play?.handlers.map(idOf)).size, 2)
  })
})
