import assert from 'node:assert/strict'
import { from } from '../../../lib/core/deferred.ts'
import { UserError } from '../../../lib/core/errors.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'

const check = (text: string, vars: object): void => compileTemplate({ text, name: 'x' }).check(vars)
const deferred = from({} as never, () => 1)

describe('checking a template', () => {
  describe('finds names that the variables do not have', () => {
    for (const [text, vars, message, hint] of [
      ['{{verison}}', { version: 1 }, 'x:1:3: the variables have no verison', 'Did you mean version?'],
      ['\n  {{pg.prot}}', { pg: { port: 1 } }, 'x:2:5: pg has no prot', 'Did you mean port?'],
      ['{{zzz}}', { a: 1, b: 2 }, 'x:1:3: the variables have no zzz', 'There is: a, b.'],
      ['{{#if maybe}}{{/if}}', {}, 'x:1:7: the variables have no maybe', undefined],
      ['{{#unless a}}{{nope}}{{/unless}}', { a: 1 }, 'x:1:16: the variables have no nope', 'There is: a.'],
      ['{{#each xs}}{{/each}}', {}, 'x:1:9: the variables have no xs', undefined],
      [
        '{{#each xs}}{{nme}}{{/each}}',
        { xs: [{ name: 1 }] },
        'x:1:15: xs.* has no nme',
        'Did you mean name?',
      ],
      ['{{#each xs}}{{n}}{{/each}}', { xs: [{ n: 1 }, {}] }, 'x:1:15: xs.* has no n', undefined],
      [
        '{{#each xs}}{{n}}{{/each}}',
        { xs: [{}], n: 1 },
        'x:1:15: xs.* has no n',
        'It is further out: write ../n.',
      ],
      ['{{#each xs}}{{../nope}}{{/each}}', { xs: [] }, 'x:1:15: the variables have no nope', 'There is: xs.'],
      ['{{#each xs as |x|}}{{x.b}}{{/each}}', { xs: [{ a: 1 }] }, 'x:1:22: xs.* has no b', 'Did you mean a?'],
      ['{{#with a}}{{c}}{{/with}}', { a: { b: 1 } }, 'x:1:14: a has no c', 'Did you mean b?'],
      ['{{join lits}}', { list: [] }, 'x:1:8: the variables have no lits', 'Did you mean list?'],
      ['{{#if (eq rol "a")}}{{/if}}', { role: 1 }, 'x:1:11: the variables have no rol', 'Did you mean role?'],
      ['{{@root.nope}}', {}, 'x:1:3: the variables have no nope', undefined],
      ['{{@indx}}', {}, 'x:1:3: there is no @indx here', 'There is: @root.'],
      [
        '{{#each xs}}{{@indx}}{{/each}}',
        { xs: [] },
        'x:1:15: there is no @indx here',
        'Did you mean @index?',
      ],
      ['{{../a}}', { a: 1 }, 'x:1:3: there is nothing above for ../a', undefined],
      ['{{constructor}}', {}, 'x:1:3: the variables have no constructor', undefined],
      ['{{toString}}{{a}}', { a: 1 }, 'x:1:3: the variables have no toString', 'There is: a.'],
      ['{{a.__proto__}}', { a: {} }, 'x:1:3: a has no __proto__', undefined],
    ] as const) {
      it(text.trim(), () => {
        assert.throws(
          () => check(text, vars),
          (error: UserError) => {
            assert.deepEqual([error.code, error.message, error.hint], ['E_TEMPLATE_VARIABLE', message, hint])
            return true
          },
        )
      })
    }
  })

  describe('finds values that do not belong there', () => {
    class Late {
      get name() {
        return 'computed'
      }
    }
    for (const [text, vars, message] of [
      ['{{a}}', { a: null }, 'a is null, not text'],
      ['{{a}}', { a: undefined }, 'a is undefined, not text'],
      ['{{a}}', { a: Number.NaN }, 'a is NaN, not text'],
      ['{{a}}', { a: {} }, 'a is an object, not text'],
      ['{{a}}', { a: [1] }, 'a is a list, not text'],
      ['{{this}}', {}, 'this is an object, not text'],
      ['{{a}}', { a: Promise.resolve('x') }, 'a is a Promise'],
      ['{{#if a}}{{/if}}', { a: Promise.resolve('x') }, 'a is a Promise'],
      ['{{a}}', { a: () => 'x' }, 'a is a function'],
      ['{{a}}', { a: new Date(0) }, 'a is a Date'],
      ['{{a.b}}', { a: new Map([['b', 1]]) }, 'a.b: a is a Map, so it has no b'],
      ['{{a}}', { a: deferred }, 'a is a value that is known only once other tasks have run'],
      ['{{a.b.c}}', { a: { b: null } }, 'a.b.c: a.b is null, so it has no c'],
      ['{{a.length}}', { a: 'text' }, 'a.length: a is text, so it has no length'],
      ['{{#each a}}{{/each}}', { a: null }, 'a is null, not a list or an object'],
      ['{{#each a}}{{/each}}', { a: 'text' }, 'a is text, not a list or an object'],
      ['{{#each a}}{{this}}{{/each}}', { a: ['x', null] }, 'this is null, not text'],
      ['{{join a}}', { a: ['x', {}] }, "join: can't join an object in the list"],
      ['{{join a}}', { a: 'x' }, "join: can't join text: it takes a list"],
      ['{{quote a}}', { a: null }, "quote: can't quote null"],
      ['{{json a}}', { a: { f: () => 1 } }, 'json: there is a function in it'],
      ['{{default a b}}', { a: null, b: null }, 'default is null, not text'],
      ['{{lookup a "x"}}', { a: { y: 1 } }, 'lookup: there is no such field in an object; did you mean y?'],
      ['{{#if (eq a a)}}{{/if}}', { a: [] }, "eq: can't compare a list"],
    ] as const) {
      it(`${text} with ${message}`, () => {
        assert.throws(
          () => check(text, vars),
          (error: UserError) => {
            assert.equal(error.code, 'E_TEMPLATE_VALUE')
            assert.equal(error.message.replace(/^x:1:\d+: /, ''), message)
            return true
          },
        )
      })
    }

    it('but not what a class computes: that is not in the data', () => {
      assert.throws(() => check('{{a.name}}', { a: new Late() }), { code: 'E_TEMPLATE_VARIABLE' })
    })
  })

  it('finds all names that are missing, each place once', () => {
    const text = '{{nme}}\n{{#each list}}{{../prt}}{{this.x}}{{/each}}\n{{#if b}}{{c}}{{/if}}\n{{obj}}'
    assert.throws(() => check(text, { name: 'a', list: [{ x: 1 }, { x: 2 }], port: 1, obj: {} }), {
      code: 'E_TEMPLATE_VARIABLE',
      message:
        'x:1:3: the variables have no nme (Did you mean name?); ' +
        'x:2:17: the variables have no prt (Did you mean port?); ' +
        'x:3:7: the variables have no b (There is: name, list, port, obj.)',
    })
  })

  describe('finds what is not in the language, without any variables', () => {
    for (const [text, code, message] of [
      ['{{jion a}}', 'E_TEMPLATE_HELPER', 'x:1:1: there is no helper jion'],
      ['{{#if (equ a b)}}{{/if}}', 'E_TEMPLATE_HELPER', 'x:1:7: there is no helper equ'],
      ['{{#unles a}}{{/unles}}', 'E_TEMPLATE_HELPER', 'x:1:1: there is no block unles'],
      ['{{#a}}{{/a}}', 'E_TEMPLATE_HELPER', 'x:1:1: there is no block a'],
      ['{{log a}}', 'E_TEMPLATE_HELPER', 'x:1:1: there is no helper log'],
      ['{{if a}}', 'E_TEMPLATE_HELPER', 'x:1:1: if is a block'],
      ['{{json}}', 'E_TEMPLATE_HELPER', 'x:1:1: json takes 1 to 2 arguments, not 0'],
      ['{{quote a b}}', 'E_TEMPLATE_HELPER', 'x:1:1: quote takes 1 argument, not 2'],
      ['{{#if}}{{/if}}', 'E_TEMPLATE_HELPER', 'x:1:1: if takes 1 argument, not 0'],
      ['{{join a sep=","}}', 'E_TEMPLATE_HELPER', 'x:1:1: join takes no named arguments'],
      ['{{#if a as |b|}}{{/if}}', 'E_TEMPLATE_HELPER', 'x:1:1: if has no block parameters'],
      [
        '{{#each a as |join|}}{{join a}}{{/each}}',
        'E_TEMPLATE_HELPER',
        'x:1:22: join is a block parameter here, not a helper',
      ],
      ['{{* part}}', 'E_TEMPLATE_SYNTAX', 'x:1:1: decorators are not supported'],
      ['{{"a"}}', 'E_TEMPLATE_SYNTAX', 'x:1:3: a literal is no variable'],
      ['\n{{#if a}}{{/each}}', 'E_TEMPLATE_SYNTAX', 'x:2:4: {{#if}} is closed by {{/each}} on line 2'],
      ['{{#if a}}', 'E_TEMPLATE_SYNTAX', 'x:1:4: {{#if}} is not closed'],
    ] as const) {
      it(text.trim(), () => assert.throws(() => compileTemplate({ text, name: 'x' }), { code, message }))
    }

    it('names the line of an unfinished expression', () => {
      assert.throws(() => compileTemplate({ text: 'a\nb {{c\n', name: 'x' }), {
        code: 'E_TEMPLATE_SYNTAX',
        message: /^x:[23]: /,
      })
    })
  })

  describe('lets pass', () => {
    for (const [text, vars] of [
      ['{{#if maybe}}{{maybe}}{{/if}}', { maybe: null }],
      ['{{#if maybe}}{{maybe.a.b}}{{/if}}', { maybe: undefined }],
      ['{{#with maybe}}{{a}}{{else}}none{{/with}}', { maybe: null }],
      ['{{#if xs}}{{xs.[0]}}{{/if}}', { xs: [] }],
      ['{{#if (eq kind "list")}}{{join v}}{{else}}{{v}}{{/if}}', { kind: 'text', v: 'a' }],
      ['{{#if (eq kind "list")}}{{join v}}{{else}}{{v}}{{/if}}', { kind: 'list', v: ['a'] }],
      ['{{#each xs}}{{name.first}}{{@index}}{{/each}}', { xs: [] }],
      ['{{#each xs as |x|}}{{#each x.ys as |y|}}{{x.n}}{{y}}{{/each}}{{/each}}', { xs: [{ n: 1, ys: [2] }] }],
      ['{{a}}', { a: 1, unused: Promise.resolve(), fn: () => 1 }],
    ] as const) {
      it(text, () => check(text, vars))
    }
  })

  it('lists the variables that are used', () => {
    const text = `{{a}}{{#each nodes}}{{name}}{{../b.c}}{{this.ip}}{{@root.d}}{{/each}}
      {{#with e as |f|}}{{f.g}}{{/with}}{{#if (eq h 1)}}{{join i}}{{/if}}{{#each (lookup j k)}}{{l}}{{/each}}`
    assert.deepEqual(compileTemplate({ text, name: 'x' }).variables, [
      'a',
      'b.c',
      'd',
      'e',
      'e.g',
      'h',
      'i',
      'j',
      'k',
      'nodes',
      'nodes.*.ip',
      'nodes.*.name',
    ])
  })
})
