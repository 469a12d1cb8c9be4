import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { UserError } from '../../../lib/core/errors.ts'
import { Secret, isSecret, reveal } from '../../../lib/core/secret.ts'
import { type TemplateParts, compileTemplate } from '../../../lib/templates/index.ts'

type Helpers = NonNullable<TemplateParts['helpers']>

const upper = (text: string): string => text.toUpperCase()

const render = (text: string, vars: object, helpers: Helpers, partials = {}): string | Secret =>
  compileTemplate({ text, name: 'x' }, { helpers, partials }).render(vars)

const told = (run: () => unknown): readonly unknown[] => {
  try {
    run()
  } catch (error) {
    const { code, message, hint } = error as UserError
    return [code, message, hint]
  }
  return assert.fail('nothing is wrong')
}

describe('helpers of a project', () => {
  it('are called wherever built-in ones are, in partials too', () => {
    const helpers = {
      upper,
      sorted: (list: readonly string[]) => list.toSorted(),
      sum: (...numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0),
      isEven: (n: number) => n % 2 === 0,
      nothing: () => 'n',
    }
    const text =
      '{{upper name}} {{sum 1 2 n}}{{#if (isEven n)}}!{{/if}} {{join (sorted list)}} {{nothing}} {{> part}}'
    const partials = { part: { text: '{{#each (sorted list)}}{{upper this}}{{/each}}', name: 'part' } }
    assert.equal(render(text, { name: 'a', n: 4, list: ['c', 'b'] }, helpers, partials), 'A 7! b, c n BC')
  })

  it('change a value as they do in TypeScript', () =>
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, list) => {
        const join = (items: readonly string[], by: string): string => items.map(upper).join(by)
        assert.equal(
          render('{{upper name}}|{{each- list name}}', { name, list }, { upper, 'each-': join }),
          `${upper(name)}|${join(list, name)}`,
        )
      }),
    ))

  it('are not mixed up when the same template has others of the same names', () => {
    const first = compileTemplate({ text: '{{f a}}', name: 'x' }, { helpers: { f: (a: number) => a + 1 } })
    const second = compileTemplate({ text: '{{f a}}', name: 'x' }, { helpers: { f: (a: number) => a + 2 } })
    assert.deepEqual(
      [first.render({ a: 1 }), second.render({ a: 1 }), first.render({ a: 1 })],
      ['2', '3', '2'],
    )
    assert.equal(
      told(() => compileTemplate({ text: '{{f a}}', name: 'x' }))[1],
      'x:1:1: there is no helper f',
    )
  })

  it('give data: what is no text cannot be printed, and nothing is inherited', () => {
    class Thing {
      readonly own = 'o'
      get late(): string {
        return 'l'
      }
    }
    const helpers = {
      none: () => undefined,
      later: () => Promise.resolve('x'),
      map: () => new Map(),
      thing: () => new Thing(),
    }
    const message = (text: string): unknown => told(() => render(text, { a: 1 }, helpers))[1]
    assert.equal(message('{{none}}'), 'x:1:1: none is undefined, not text')
    assert.equal(message('{{later}}'), 'x:1:1: later is a Promise, not text')
    assert.equal(message('{{thing}}'), 'x:1:1: thing is an object, not text')
    assert.equal(message('{{#with (thing)}}{{late}}{{/with}}'), 'x:1:20: the value has no late')
    assert.equal(message('{{#with (thing)}}{{constructor}}{{/with}}'), 'x:1:20: the value has no constructor')
    assert.equal(
      message('{{#with (map)}}{{size}}{{/with}}'),
      'x:1:18: size: this is a Map, so it has no size',
    )
    assert.equal(render('{{#with (thing)}}{{own}}{{/with}}', {}, helpers), 'o')
  })

  it('tell what is wrong at the place of the call', () => {
    const helpers = {
      port: (n: number) => {
        if (n > 65_535) throw new Error(`${n} is no port`)
        return n
      },
    }
    assert.deepEqual(
      told(() => render('\n  {{port p}}', { p: 70_000 }, helpers)),
      ['E_TEMPLATE_VALUE', 'x:2:3: port: 70000 is no port', undefined],
    )
    assert.equal(
      told(() =>
        render('{{> part}}', { p: 70_000 }, helpers, { part: { text: ' {{port p}}', name: 'part' } }),
      )[1],
      'part:1:2: port: 70000 is no port',
    )
    assert.equal(render('{{#if p}}{{port q}}{{/if}}', { p: 0, q: 70_000 }, helpers), '')
    assert.deepEqual(
      told(() => render('{{prot p}}', { p: 1 }, helpers)),
      ['E_TEMPLATE_HELPER', 'x:1:1: there is no helper prot', 'Did you mean port?'],
    )
    assert.equal(
      told(() => render('{{#if (port)}}{{/if}}', { p: 1 }, helpers))[1],
      'x:1:7: port takes at least 1 argument, not 0',
    )
    assert.equal(
      told(() => render('{{port p max=1}}', { p: 1 }, helpers))[1],
      'x:1:1: port takes no named arguments',
    )
    assert.equal(
      told(() => render('{{#port p}}{{/port}}', { p: 1 }, helpers))[1],
      'x:1:1: there is no block port',
    )
  })

  it('cannot change the variables', () => {
    const helpers = { sort: (list: string[]) => list.sort() }
    const list = ['b', 'a']
    assert.equal(told(() => render('{{join (sort list)}}', { list }, helpers))[0], 'E_TEMPLATE_VALUE')
    assert.deepEqual(list, ['b', 'a'])
  })

  describe('do not hide', () => {
    for (const name of ['join', 'if', 'raw', 'this', 'a.b', '1', 'a b', ''])
      it(`a built-in one, or what is no name: ${name}`, () =>
        assert.equal(told(() => render('', {}, { [name]: upper }))[0], 'E_TEMPLATE_HELPER'))

    it('a variable', () => {
      assert.deepEqual(
        told(() => render('{{name}}', { name: 'a' }, { name: () => 'b' })),
        [
          'E_TEMPLATE_HELPER',
          'x: name is a helper and one of the variables',
          'Give one of them another name.',
        ],
      )
      const all = [{ name: 'a' }]
      for (const [text, partials] of [
        ['{{#each all}}{{name}}{{/each}}', {}],
        ['{{> part name="a"}}', { part: { text: '             {{name}}', name: 'x' } }],
      ] as const)
        assert.deepEqual(
          told(() => render(text, { all }, { name: () => 'b' }, partials)),
          [
            'E_TEMPLATE_HELPER',
            'x:1:14: name is a helper and a variable here',
            'Write this.name for the variable, or give the helper another name.',
          ],
        )
      assert.equal(render('{{#each all}}{{this.name}}{{/each}}', { all }, { name: () => 'b' }), 'a')
    })
  })

  describe('with secrets', () => {
    const vars = { password: new Secret('p', 's3cret'), user: { key: new Secret('k', 'v4lue') }, name: 'n' }

    it('make the text a secret when they read one, or give one', () => {
      const helpers = {
        upper,
        key: (user: { readonly key: string }) => user.key,
        drawn: () => new Secret('d', 'dr4wn'),
        nested: () => ({ deep: new Secret('d', 'dr4wn') }),
      }
      const made = (text: string): string => {
        const one = render(text, vars, helpers)
        return isSecret(one) ? `secret ${reveal(one)}` : one
      }
      assert.equal(made('{{upper name}}'), 'N')
      assert.equal(made('{{upper password}}'), 'secret S3CRET')
      assert.equal(made('{{key user}}'), 'secret v4lue')
      assert.equal(made('{{drawn}}'), 'secret dr4wn')
      assert.equal(made('{{#with (nested)}}{{deep}}{{/with}}'), 'secret dr4wn')
      assert.equal(made('{{#if (eq name "x")}}{{upper password}}{{drawn}}{{/if}}'), '')
    })

    it('never show one in an error', () => {
      const helpers = {
        fail: (value: unknown) => {
          throw new Error(`what is ${JSON.stringify(value)}?`)
        },
      }
      for (const text of [
        '{{fail password}}',
        '{{fail user}}',
        '{{#with password as |p|}}{{fail p}}{{/with}}',
      ])
        assert.match(
          String(told(() => render(text, vars, helpers))[1]),
          /: fail: it failed; why is not shown, because a secret was read$/,
        )
      assert.equal(told(() => render('{{fail name}}', vars, helpers))[1], 'x:1:1: fail: what is "n"?')
    })
  })
})
