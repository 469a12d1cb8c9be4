import assert from 'node:assert/strict'
import { z } from 'zod'
import { from } from '../../../lib/core/deferred.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { file, shell } from '../../../lib/modules/index.ts'
import { compilePlays } from '../../../lib/playbook/compile.ts'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { idOf } from '../../../lib/playbook/identify.ts'
import { defineInventory } from '../../../lib/playbook/inventory.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { definePlay } from '../../../lib/playbook/playbook.ts'
import { defineRole } from '../../../lib/playbook/role.ts'

const inventory = defineInventory({ hosts: { a: { address: '10.0.0.1' } } })
const hosts = resolveHosts(inventory)
const compile = (tasks: () => TaskList, tags: string[] = []) => {
  const play = definePlay({ name: 'p', hosts: pattern('all'), tasks })
  const compiled = compilePlays([play], inventory, hosts, hosts, { tags, skipTags: [] })[0]?.hosts[0]
  const items = compiled?.program.flatMap((entry) => (entry.kind === 'task' ? [entry.item] : []))
  return { items, handlers: compiled?.handlers }
}
const one = (name: string, options = {}) => file(name, { path: `/${name}`, state: 'file' }, options)

describe('compiling a playbook', () => {
  it('flattens lists and drops what is false', () => {
    const play = compile(() => [one('a'), [one('b'), [false, one('c')]], null, undefined])
    assert.deepEqual(
      play.items?.map(({ task }) => task.name),
      ['a', 'b', 'c'],
    )
  })

  it('keeps a handler once, in the order in which it was first notified', () => {
    const second = shell('second', { script: 'true' })
    const first = shell('first', { script: 'true' })
    const play = compile(() => [one('a', { notify: first }), one('b', { notify: [second, first] })])
    assert.deepEqual(
      play.handlers?.map(({ task }) => task.name),
      ['first', 'second'],
    )
  })

  it('says for which host something is wrong, where another may have other vars', () => {
    const bad = () => [one('relative', { tags: ['x'] }), file('it', { path: 'relative', state: 'file' })]
    assert.throws(() => compile(bad), {
      code: 'E_BAD_ARGUMENT',
      message: /^file "it": path: .*\(for the host a\)$/,
      at: /compile\.test\.ts:\d+$/,
    })
    const role = defineRole({ name: 'r', vars: z.strictObject({ port: z.string().min(1) }), tasks: () => [] })
    const roles = definePlay({
      name: 'p',
      hosts: pattern('all'),
      roles: () => [role({ port: '' })],
    })
    assert.throws(() => compilePlays([roles], inventory, hosts, hosts, { tags: [], skipTags: [] }), {
      code: 'E_BAD_VARS',
      message: /port.*\(for the host a\)$/s,
    })
  })

  it('selects tasks by tag, with their handlers', () => {
    const restart = shell('restart', { script: 'true' })
    const play = compile(() => [one('a', { tags: ['config'], notify: restart }), one('b')], ['config'])
    assert.deepEqual(
      play.items?.map(({ task }) => task.name),
      ['a'],
    )
    assert.equal(play.handlers?.length, 1)
  })

  it('refuses a task that needs a later one, a foreign one, or itself listed twice', () => {
    const name = shell('name', { script: 'hostname' })
    const needs = file(
      'needs',
      from(name, ({ stdout }) => ({ path: stdout, state: 'file' as const })),
    )
    assert.throws(() => compile(() => [needs, name]), {
      code: 'E_BAD_DEPENDENCY',
      message: /"needs" needs "name", which is not listed before it/,
      at: /compile\.test\.ts:\d+$/,
    })
    assert.throws(() => compile(() => [needs]), { code: 'E_BAD_DEPENDENCY' })
    assert.throws(() => compile(() => [name, name]), { code: 'E_DUPLICATE_TASK' })
  })

  it('refuses a handler that is a name, or a task of the list', () => {
    assert.throws(() => compile(() => [one('a', { notify: 'restart' })]), {
      code: 'E_BAD_HANDLER',
      message: /"restart"/,
    })
    const both = shell('both', { script: 'true' })
    assert.throws(() => compile(() => [both, one('a', { notify: both })]), { code: 'E_BAD_HANDLER' })
    assert.throws(() => compile(() => [one('a', { notify: both }), both]), { code: 'E_BAD_HANDLER' })
  })

  it('refuses two tasks of one name in a role, and names the line', () => {
    const role = defineRole({ name: 'r', vars: z.strictObject({}), tasks: () => [one('same'), one('same')] })
    assert.throws(() => role({}), { code: 'E_DUPLICATE_TASK', at: /compile\.test\.ts:\d+$/ })
  })

  it('gives a handler the same id in every run, and another on another host', () => {
    const ids = () => {
      const restart = shell('restart', { script: 'true' })
      return compile(() => [one('a', { notify: restart })]).handlers?.map(idOf)
    }
    assert.deepEqual(ids(), ids())
  })
})
