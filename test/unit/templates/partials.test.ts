import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { UserError } from '../../../lib/core/errors.ts'
import { Secret, isSecret, reveal } from '../../../lib/core/secret.ts'
import { type Template, compileTemplate } from '../../../lib/templates/index.ts'

describe('partials', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'partials-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }
  const compile = (files: Readonly<Record<string, string>>): Template => {
    write(files)
    return compileTemplate({ file: join(folder, 'x.hbs') })
  }
  const render = (files: Readonly<Record<string, string>>, vars: object): string | Secret =>
    compile(files).render(vars)
  /** Code, message with paths in the folder, and hint. */
  const told = (run: () => unknown): readonly unknown[] => {
    try {
      run()
    } catch (error) {
      const { code, message, hint } = error as UserError
      return [code, message.replaceAll(`${relative('.', folder)}/`, ''), hint]
    }
    return assert.fail('nothing is wrong')
  }

  describe('of files', () => {
    it('are beside the template, or in a directory below', () => {
      const files = {
        'x.hbs': '{{> head}}{{> parts/foot.conf}}{{> "a-b"}}',
        'head.hbs': 'head\n',
        'parts/foot.conf.hbs': '{{> head}}foot\n',
        'a-b.hbs': 'ab\n',
      }
      assert.equal(render(files, {}), 'head\nhead\nfoot\nab\n')
    })

    it('take a context and parameters, and see nothing else of the place of the call', () => {
      const files = {
        'x.hbs': '{{#each nodes as |node|}}{{> line this port=../port}}{{/each}}',
        'line.hbs': '{{@index}} {{name}}:{{port}} {{@root.end}}\n',
      }
      const vars = { nodes: [{ name: 'a', port: 1 }, { name: 'b' }], port: 5432, end: '.' }
      assert.equal(render(files, vars), '0 a:5432 .\n1 b:5432 .\n')
      assert.deepEqual(compile(files).variables, ['end', 'nodes', 'nodes.*', 'nodes.*.name', 'port'])
      assert.deepEqual(
        told(() => render({ ...files, 'line.hbs': '{{node.name}}' }, vars)),
        ['E_TEMPLATE_VARIABLE', 'line.hbs:1:3: nodes.* has no node', 'There is: name, port.'],
      )
      assert.deepEqual(
        told(() => render({ ...files, 'line.hbs': '{{../port}}' }, vars)),
        ['E_TEMPLATE_VARIABLE', 'line.hbs:1:3: there is nothing above for ../port', undefined],
      )
    })

    it('are indented as the line on which they stand alone', () => {
      const files = { 'x.hbs': 'a:\n  {{> b}}\nc: {{> b}}', 'b.hbs': '- {{text}}\n\n- 2\n' }
      assert.equal(render(files, { text: '1\r\nx' }), 'a:\n  - 1\r\n  x\n  \n  - 2\nc: - 1\r\nx\n\n- 2\n')
    })

    it('can be given: those come first', () => {
      write({ 'x.hbs': '{{> a}}{{> b}}', 'a.hbs': 'beside', 'b.hbs': 'b', 'shared/c.hbs': 'given, {{> b}}' })
      const a = { file: join(folder, 'shared/c.hbs') }
      assert.equal(
        compileTemplate({ file: join(folder, 'x.hbs') }, { partials: { a } }).render({}),
        'given, bb',
      )
    })
  })

  describe('as layouts', () => {
    const layout = {
      'layout.hbs': '<{{#> title}}untitled{{/title}}>\n{{> @partial-block}}',
    }

    it('have blocks with defaults, which the template replaces', () => {
      const page = (inside: string): string | Secret =>
        render({ ...layout, 'x.hbs': `{{#> layout}}\n${inside}{{/layout}}\n` }, { name: 'n', end: '.' })
      assert.equal(page('body {{name}}\n'), '<untitled>\nbody n\n')
      assert.equal(page('{{#*inline "title"}}{{name}}{{end}}{{/inline~}}\nbody\n'), '<n.>\nbody\n')
      const around = '{{#*inline "title"}}[{{> @partial-block}}]{{/inline~}}'
      assert.equal(page(`${around}\nbody\n`), '<[untitled]>\nbody\n')
    })

    it('can be used in each other, and in themselves', () => {
      const files = {
        'base.hbs': '{{#> body}}none{{/body}};',
        'mid.hbs': '{{#> base}}{{#*inline "body"}}mid({{> body}}){{/inline}}{{/base}}',
        'box.hbs': '[{{> @partial-block}}|{{#> end}}-{{/end}}]',
      }
      const inline = '{{#*inline "body"}}top{{/inline}}'
      assert.equal(render({ ...files, 'x.hbs': `{{#> mid}}${inline}{{/mid}}` }, {}), 'mid(top);')
      const inner = '{{#> box}}{{#*inline "end"}}.{{/inline}}in{{/box}}'
      assert.equal(render({ ...files, 'x.hbs': `{{#> box}}${inner}{{/box}}` }, {}), '[[in|.]|-]')
    })

    it('do not replace what a misspelled name would', () => {
      const typo = (text: string): readonly unknown[] => told(() => compile({ ...layout, 'x.hbs': text }))
      assert.deepEqual(typo('{{#> layuot}}a{{/layuot}}'), [
        'E_TEMPLATE_PARTIAL',
        'x.hbs:1:1: there is no partial layuot',
        'Did you mean layout?',
      ])
      assert.deepEqual(typo('{{#> layout}}\n{{#*inline "titel"}}a{{/inline}}b{{/layout}}'), [
        'E_TEMPLATE_PARTIAL',
        'x.hbs:2:1: nothing uses the inline partial titel',
        'Did you mean title?',
      ])
      assert.deepEqual(typo('{{> layout}}'), [
        'E_TEMPLATE_PARTIAL',
        'layout.hbs:2:1: layout is called without a block',
        'For a default, write {{#> @partial-block}} … {{/@partial-block}}.',
      ])
    })
  })

  describe('are refused', () => {
    for (const [text, code, message] of [
      ['{{> nope}}', 'E_TEMPLATE_PARTIAL', 'x.hbs:1:1: there is no partial nope'],
      ['a\n {{> ../x}}', 'E_TEMPLATE_PARTIAL', 'x.hbs:2:2: there is no partial ../x'],
      ['{{> "/etc/hostname"}}', 'E_TEMPLATE_PARTIAL', 'x.hbs:1:1: there is no partial /etc/hostname'],
      ['{{> "sub/../../out"}}', 'E_TEMPLATE_PARTIAL', 'x.hbs:1:1: there is no partial sub/../../out'],
      ['{{> @partial-block}}', 'E_TEMPLATE_PARTIAL', 'x.hbs:1:1: there is no block here'],
      ['{{> (lookup this "a")}}', 'E_TEMPLATE_SYNTAX', 'x.hbs:1:1: the name of a partial is not computed'],
      ['{{> sub/ok a b}}', 'E_TEMPLATE_SYNTAX', 'x.hbs:1:1: a partial takes one context'],
      [
        '{{#*inline a}}{{/inline}}',
        'E_TEMPLATE_SYNTAX',
        'x.hbs:1:1: an inline partial takes a name in quotes',
      ],
      ['{{#*other "a"}}{{/other}}', 'E_TEMPLATE_SYNTAX', 'x.hbs:1:1: there is no decorator other'],
      [
        '{{#*inline "a"}}{{/inline}}{{#*inline "a"}}{{/inline}}',
        'E_TEMPLATE_SYNTAX',
        'x.hbs:1:28: there are two inline partials a',
      ],
      ['{{> sub/broken}}', 'E_TEMPLATE_SYNTAX', 'sub/broken.hbs:2:5: '],
      ['{{> sub/helper}}', 'E_TEMPLATE_HELPER', 'sub/helper.hbs:1:1: there is no helper jion'],
      ['{{> sub/self}}', 'E_TEMPLATE_PARTIAL', 'sub/self.hbs:1:10: partials are nested without end'],
      ['{{#> sub/twice}}{{/sub/twice}}', 'E_TEMPLATE_PARTIAL', 'sub/twice.hbs:1:1: partials are nested'],
      [
        '{{#*inline "a"}}{{> b}}{{/inline}}{{#*inline "b"}}{{> a}}{{> a}}{{/inline}}{{> a}}',
        'E_TEMPLATE_PARTIAL',
        'x.hbs:1:51: partials are nested without end',
      ],
    ] as const) {
      it(`${text}: ${message}`, () => {
        write({
          'sub/ok.hbs': '',
          'sub/broken.hbs': '\n {{#if a}}{{/each}}',
          'sub/helper.hbs': '{{jion a}}',
          'sub/self.hbs': '{{#if a}}{{> sub/self}}{{/if}}',
          'sub/twice.hbs': '{{> sub/twice}}{{> sub/twice}}',
        })
        const [is, says] = told(() => compile({ 'x.hbs': text }))
        assert.equal(is, code)
        assert.ok(String(says).startsWith(message), String(says))
      })
    }

    it('when what is there cannot be read', () => {
      mkdirSync(join(folder, 'dir.hbs'))
      assert.deepEqual(told(() => compile({ 'x.hbs': '{{> dir}}' })).slice(0, 2), [
        'E_TEMPLATE_FILE',
        'the template dir.hbs cannot be read: illegal operation on a directory',
      ])
    })
  })

  describe('with variables', () => {
    it('need them, also on branches that are not taken', () => {
      const files = { 'x.hbs': '{{#if a}}{{> part}}{{/if}}', 'part.hbs': '\n {{nme}}' }
      assert.deepEqual(
        told(() => render(files, { a: false, name: 'x' })),
        ['E_TEMPLATE_VARIABLE', 'part.hbs:2:4: the variables have no nme', 'Did you mean name?'],
      )
    })

    it('take parameters only on top of an object', () => {
      const files = { 'x.hbs': '{{> part list a=1}}', 'part.hbs': '{{a}}' }
      assert.deepEqual(told(() => render(files, { list: [1] })).slice(0, 2), [
        'E_TEMPLATE_VALUE',
        'x.hbs:1:1: the context of the partial is a list, so it takes no parameters',
      ])
      assert.equal(
        render({ ...files, 'x.hbs': '{{#if list}}{{> part list a=1}}{{/if}}' }, { list: null }),
        '',
      )
    })

    it('give nothing of a prototype', () => {
      for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
        assert.equal(
          told(() => render({ 'x.hbs': '{{> part a=1}}', 'part.hbs': `{{${name}}}` }, { b: 1 }))[0],
          'E_TEMPLATE_VARIABLE',
          name,
        )
      assert.equal(
        render({ 'x.hbs': '{{> part __proto__=1}}', 'part.hbs': '{{__proto__}}{{b}}' }, { b: 2 }),
        '12',
      )
      for (const name of ['constructor', '__proto__', 'toString'])
        assert.equal(told(() => compile({ 'x.hbs': `{{> ${name}}}` }))[0], 'E_TEMPLATE_PARTIAL', name)
    })

    it('are a secret when one of them reads a secret', () => {
      const vars = { user: 'app', password: new Secret('p', 's3cret'), on: true }
      const made = (part: string, call = '{{> part user=user}}'): string => {
        const text = render({ 'x.hbs': call, 'part.hbs': part }, vars)
        return isSecret(text) ? `secret ${reveal(text)}` : text
      }
      assert.equal(made('{{user}}'), 'app')
      assert.equal(made('{{user}}{{#unless on}}{{password}}{{/unless}}'), 'app')
      assert.equal(made('{{user}} {{password}}'), 'secret app s3cret')
      assert.equal(made('{{key}}', '{{> part key=password}}'), 'secret s3cret')
      assert.equal(made('{{> @partial-block}}', '{{#> part}}{{password}}{{/part}}'), 'secret s3cret')
      assert.equal(
        made('{{json this}}', '{{> part a=1}}'),
        'secret {"user":"app","password":"s3cret","on":true,"a":1}',
      )
    })
  })

  it('are compiled once for the same texts, and anew when one changes, comes or goes', () => {
    const files = { 'x.hbs': '{{#> a}}{{/a}}{{#*inline "a"}}i{{> b}}{{/inline}}', 'b.hbs': 'b' }
    const first = compile(files)
    assert.equal(compile(files), first)
    assert.equal(first.render({}), 'ib')
    assert.equal(render({ ...files, 'b.hbs': 'B' }, {}), 'iB')
    assert.equal(compile(files), first)
    const other = { partials: { b: { text: 'given', name: 'b' } } }
    assert.equal(compileTemplate({ file: join(folder, 'x.hbs') }, other).render({}), 'igiven')
    rmSync(join(folder, 'b.hbs'))
    assert.equal(told(() => compileTemplate({ file: join(folder, 'x.hbs') }))[0], 'E_TEMPLATE_PARTIAL')
  })
})
