import assert from 'node:assert/strict'
import fc from 'fast-check'
import { z } from 'zod'
import { resolveHosts } from '../../../lib/playbook/hosts.ts'
import { type Inventory, defineInventory } from '../../../lib/playbook/inventory.ts'
import { pattern, selectHosts } from '../../../lib/playbook/pattern.ts'
import { isSelected } from '../../../lib/playbook/tags.ts'
import { defineConnection, dockerExec } from '../../../lib/transport/index.ts'
import { checkVars } from '../../../lib/playbook/vars.ts'

const inventory = defineInventory({
  vars: z.strictObject({ port: z.int().default(80), zone: z.string().optional() }),
  hosts: {
    'web-1': { address: '10.0.0.1' },
    'web-2': { address: '10.0.0.2', vars: { port: 8080 } },
    'db-1': { address: '10.0.0.3' },
  },
  groups: {
    web: { hosts: ['web-1', 'web-2'], vars: { port: 443, zone: 'a' } },
    db: { hosts: ['db-1'] },
    prod: { hosts: ['web', 'db'], vars: { zone: 'b' } },
  },
}) as Inventory
const hosts = resolveHosts(inventory)
const select = (text: string) => selectHosts(inventory, hosts, text, 'test').map(({ name }) => name)

describe('an inventory', () => {
  it('gives each host its vars: defaults, groups in their order, the host, -e', () => {
    assert.deepEqual(
      hosts.map(({ vars }) => ({ ...vars }) as unknown),
      [
        { port: 443, zone: 'b' },
        { port: 8080, zone: 'b' },
        { port: 80, zone: 'b' },
      ],
    )
    assert.deepEqual({ ...resolveHosts(inventory, { port: 1 })[1]?.vars } as unknown, { port: 1, zone: 'b' })
  })

  it('knows the groups of a host through groups of groups', () => {
    assert.deepEqual(hosts[2]?.groups, ['db', 'prod'])
  })

  it('refuses a group of an unknown host, and says which was meant', () => {
    const broken = { ...inventory, groups: { web: { hosts: ['web-l'] } } } as Inventory
    assert.throws(() => resolveHosts(broken), { code: 'E_UNKNOWN_HOST', hint: 'Did you mean web-1?' })
  })

  it('refuses groups that contain each other', () => {
    const broken = { ...inventory, groups: { a: { hosts: ['b'] }, b: { hosts: ['a'] } } } as Inventory
    assert.throws(() => resolveHosts(broken), { code: 'E_GROUP_CYCLE', message: /a → b → a/ })
  })

  it('says how each host is reached, by a word or a value, without an address where none is needed', () => {
    const own = defineConnection({ name: 'own', open: () => Promise.reject(new Error('not here')) })
    const reached = resolveHosts(
      defineInventory({
        hosts: {
          plain: {},
          word: { connection: 'local' },
          value: { connection: dockerExec({ container: 'web' }) },
          own: { connection: own },
        },
      }) as Inventory,
    )
    assert.deepEqual(
      reached.map(({ name, address, connection }) => [name, address, connection.name]),
      [
        ['plain', 'plain', 'ssh'],
        ['word', 'word', 'local'],
        ['value', 'value', 'docker'],
        ['own', 'own', 'own'],
      ],
    )
    assert.equal(reached[3]?.connection, own)
  })

  it('refuses a connection that is none, and one whose address is missing', () => {
    const define = defineInventory as (inventory: object) => unknown
    for (const connection of ['shh', 'toString', dockerExec, {}, null, 7])
      assert.throws(() => define({ hosts: { a: { connection } } }), {
        code: 'E_BAD_CONNECTION',
        message: /^host a: /,
        at: /hosts\.test\.ts:\d+$/,
      })
    const needy = defineConnection({
      name: 'needy',
      needsAddress: true,
      open: () => Promise.reject(new Error()),
    })
    assert.throws(() => define({ hosts: { a: { connection: needy } } }), { code: 'E_NO_ADDRESS' })
    define({ hosts: { a: { connection: needy, address: '10.0.0.1' } } })
  })

  it('refuses a key that nobody would read, and says which was meant', () => {
    const define = defineInventory as (inventory: object) => unknown
    const host = { address: '10.0.0.1' }
    assert.throws(() => define({ hosts: {}, groupz: {} }), {
      code: 'E_BAD_OPTION',
      hint: 'Did you mean groups?',
    })
    assert.throws(() => define({ hosts: { a: { adress: '10.0.0.1' } } }), {
      message: /host a: there is no option adress/,
      at: /hosts\.test\.ts:\d+$/,
    })
    assert.throws(() => define({ hosts: { a: host }, groups: { g: { host: ['a'] } } }), {
      message: /group g/,
    })
  })

  it('refuses to read a var that does not exist', () => {
    const vars = hosts[0]?.vars as unknown as Record<string, unknown>
    assert.equal(vars['zone'], 'b')
    assert.throws(() => vars['zoen'], { message: /there is no var zoen: did you mean zone\?/ })
    assert.equal(JSON.stringify({ ...vars }), '{"port":443,"zone":"b"}')
  })

  it('refuses a misspelled var of a host', () => {
    const broken = {
      ...inventory,
      hosts: { x: { address: '1', vars: { prot: 1 } } },
      groups: {},
    } as Inventory
    assert.throws(() => resolveHosts(broken), {
      message: /host x: there is no var prot: did you mean port\?/,
    })
  })
})

describe('a host pattern', () => {
  const cases: [string, string[]][] = [
    ['all', ['web-1', 'web-2', 'db-1']],
    ['web-2,db', ['web-2', 'db-1']],
    ['web*', ['web-1', 'web-2']],
    ['prod:&web', ['web-1', 'web-2']],
    ['prod:!web-1', ['web-2', 'db-1']],
    ['!web-1', ['web-2', 'db-1']],
    ['web:!web', []],
    ['d?-1', ['db-1']],
  ]
  for (const [text, expected] of cases) {
    it(`${text} is ${expected.join(' and ') || 'nobody'}`, () => assert.deepEqual(select(text), expected))
  }

  it('may stand in a list, beside names and hosts themselves', () => {
    const names = (wanted: Parameters<typeof selectHosts>[2]) =>
      selectHosts(inventory, hosts, wanted, 'test').map(({ name }) => name)
    assert.deepEqual(names(['db-1', 'web-1']), ['web-1', 'db-1'])
    assert.deepEqual(names(['db', pattern('web:!web-1')]), ['web-2', 'db-1'])
    assert.deepEqual(names(hosts.slice(0, 1)), ['web-1'])
    assert.deepEqual(names([]), [])
  })

  it('names what does not exist', () => {
    assert.throws(() => select('web:!dbx'), { message: /dbx is neither a host nor a group/ })
    assert.throws(() => select('x*'), { message: /no host or group matches x\*/ })
    assert.throws(() => select(' , '), { message: /empty/ })
  })

  it('never selects a host that is excluded, whatever else is said', () => {
    const names = fc.constantFrom('all', 'web', 'db', 'prod', 'web-1', 'db-1')
    fc.assert(
      fc.property(fc.array(names, { minLength: 1 }), names, (union, out) => {
        const excluded = select(out)
        assert.ok(select([...union, `!${out}`].join(':')).every((name) => !excluded.includes(name)))
      }),
    )
  })
})

describe('tags', () => {
  const selected = (tags: string[], wanted: string[] = [], skipTags: string[] = []) =>
    isSelected(tags, { tags: wanted, skipTags })
  it('follow Ansible', () => {
    assert.ok(selected([]))
    assert.ok(!selected([], ['config']))
    assert.ok(selected(['config', 'x'], ['config']))
    assert.ok(!selected(['config'], [], ['config']))
    assert.ok(selected(['always'], ['config']))
    assert.ok(!selected(['always'], ['config'], ['always']))
    assert.ok(!selected(['never']))
    assert.ok(!selected(['never', 'x'], ['all']))
    assert.ok(selected(['never', 'x'], ['x']))
  })
})

describe('what is said of a wrong var or pattern', () => {
  it('tells a var of the wrong type from one that is missing', () => {
    const schema = z.strictObject({ port: z.int(), list: z.array(z.object({ a: z.int() })).optional() })
    const said = (vars: unknown, message: RegExp) =>
      assert.throws(() => checkVars(schema, vars, 'test'), { code: 'E_BAD_VARS', message })
    said({}, /port: must be a number, but is missing/)
    said({ port: 'x' }, /port: must be a number, not a string/)
    said({ port: 1, list: [{}] }, /list\.0\.a: must be a number, but is missing/)
  })

  it('refuses half a bracket, and names that every object has', () => {
    assert.throws(() => select('web-[1'), { code: 'E_BAD_PATTERN' })
    assert.throws(() => select('toString'), { code: 'E_UNKNOWN_HOST' })
    assert.deepEqual(select('web-[12]'), ['web-1', 'web-2'])
  })
})
