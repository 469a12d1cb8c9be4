import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret, isSecret, reveal } from '../../../lib/core/secret.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'

const render = (text: string, vars: object) => compileTemplate({ text, name: 'x.conf' }).render(vars)

describe('rendering a template', () => {
  for (const [text, vars, wanted] of [
    ['{{a}}{{{a}}}{{&a}}', { a: `<&>"'\`=` }, `<&>"'\`=`.repeat(3)],
    ['{{n}}{{n}}{{#if n}}{{n}}{{/if}}{{yes}}{{yes}}', { n: 1, yes: true }, '111truetrue'],
    ['{{n}} {{zero}} {{no}}', { n: 1.5, zero: 0, no: false }, '1.5 0 false'],
    ['{{#each xs}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}', { xs: ['a', 'b'] }, '0a,1b'],
    ['{{#each m}}{{@key}}={{this}};{{/each}}', { m: { a: 1, b: 'x' } }, 'a=1;b=x;'],
    ['{{#each xs as |x i|}}{{i}}{{x.n}}{{../k}}{{/each}}', { xs: [{ n: 1 }, { n: 2 }], k: '-' }, '01-12-'],
    ['{{#each xs}}{{else}}none{{/each}}', { xs: [] }, 'none'],
    ['{{#if a}}1{{else if b}}2{{else}}3{{/if}}', { a: null, b: 'yes' }, '2'],
    ['{{#with a as |b|}}{{b.c}}{{../d}}{{/with}}', { a: { c: 1 }, d: 2 }, '12'],
    ['{{#each xs}}{{#each ys}}{{@../index}}{{@root.r}}{{/each}}{{/each}}', { r: 7, xs: [{ ys: [0] }] }, '07'],
    ['{{xs.length}}{{xs.[1]}}{{[a b]}}', { xs: ['p', 'q'], 'a b': 'r' }, '2qr'],
    ['{{join xs}} {{join xs "-"}}', { xs: [1, 'b'] }, '1, b 1-b'],
    ['{{quote a}}', { a: "it's C:\\x\n" }, `'it''s C:\\\\x\\n'`],
    ['{{json a}} {{json a 1}}', { a: { b: [1] } }, '{"b":[1]} {\n "b": [\n  1\n ]\n}'],
    ['{{default a 5}} {{default b 5}} {{default c 5}}', { a: null, b: 0, c: undefined }, '5 0 5'],
    ['{{lookup ports name}}', { ports: { web: 80 }, name: 'web' }, '80'],
    ['{{#if (eq role "primary")}}p{{else}}s{{/if}}', { role: 'standby' }, 's'],
    ['\\{{a}} {{{{raw}}}}{{ .Labels }}{{{{/raw}}}}', {}, '{{a}} {{ .Labels }}'],
    ['{{log}}{{this.json}}', { log: 'l', json: 'j' }, 'lj'],
    ['a\r\n{{#if b}}\r\nc\r\n{{/if}}\r\n', { b: true }, 'a\r\nc\r\n'],
    ['a  {{~b~}} \n c', { b: 1 }, 'a1c'],
    ['a {{#if b~}} \n b \n{{~else~}} c {{~/if}} d', { b: true }, 'a b d'],
    ['{{#each xs~}}\n  {{this}},\n{{~/each}}', { xs: [1, 2] }, '1,2,'],
    ['a\n  {{#if b}}  \n  b\n  {{/if}}\nc\n', { b: true }, 'a\n  b\nc\n'],
    ['a\n{{! not in the file }}\nb {{!-- {{c}} --}}', {}, 'a\nb '],
    ['{{__proto__.x}}', JSON.parse('{"__proto__":{"x":1}}') as object, '1'],
  ] as const) {
    it(text.replaceAll('\r\n', '␤'), () => assert.equal(render(text, vars), wanted))
  }

  it('changes no character of a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (one, many) => {
        assert.equal(render('[{{one}}]', { one }), `[${one}]`)
        assert.equal(
          render('{{#each many}}{{this}}\n{{/each}}', { many }),
          many.map((x) => `${x}\n`).join(''),
        )
      }),
    )
  })

  it('never evaluates a value', () => {
    const hostile = '{{constructor}} {{#each this}}${process.exit()} \\{{x}} $& $1'
    assert.equal(render('{{a}}', { a: hostile }), hostile)
  })

  it('gives each key of an object its own value, whatever it is called', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (m) => {
        const lines = Object.entries(m).map(([key, value]) => `${key}=${value}\n`)
        assert.equal(render('{{#each m}}{{@key}}={{this}}\n{{/each}}', { m }), lines.join(''))
      }),
    )
  })

  it('writes numbers and text in quotes that PostgreSQL reads back', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const written = render('{{quote value}}', { value }) as string
        const read = written.slice(1, -1).replaceAll(/''|\\(.)/gs, (two, char: string | undefined) => {
          if (char === undefined) return "'"
          return ({ n: '\n', r: '\r' } as Record<string, string>)[char] ?? two[1]!
        })
        assert.equal(read, value)
      }),
    )
  })

  it('does not change the variables, and takes frozen and circular ones', () => {
    const vars: Record<string, unknown> = { a: Object.freeze({ b: Object.freeze([1]) }) }
    vars['self'] = vars
    Object.freeze(vars)
    assert.equal(render('{{self.self.a.b.[0]}}', vars), '1')
  })

  describe('with secrets', () => {
    const vars = {
      user: 'app',
      password: new Secret('app', 's3cret-<&>'),
      all: [{ key: new Secret('k', 'v4lue-of-k') }],
    }

    it('is a secret itself, named after the template', () => {
      const made = render('{{user}}:{{password}}', vars)
      assert.ok(isSecret(made))
      assert.equal(made.name, 'x.conf')
      assert.equal(reveal(made), 'app:s3cret-<&>')
      assert.ok(!inspect(made).includes('s3cret'))
    })

    it('is plain text when none was read', () => {
      assert.equal(render('{{user}}{{#if (eq user "x")}}{{password}}{{/if}}', vars), 'app')
      assert.equal(render('{{#each all}}{{@index}}{{/each}}', vars), '0')
    })

    for (const text of [
      '{{#each all}}{{key}}{{/each}}',
      '{{json all}}',
      '{{lookup this "password"}}',
      '{{join list}}',
      '{{#each list}}{{this}}{{/each}}',
      '{{#with password}}{{this}}{{/with}}',
      '{{quote @root.password}}',
    ]) {
      it(`notices it in ${text}`, () => {
        const made = render(text, { ...vars, list: [vars.password] })
        assert.ok(isSecret(made))
        assert.match(reveal(made), /s3cret-<&>|v4lue-of-k/)
      })
    }

    it('never shows a value in an error', () => {
      const pieces = [
        '{{password}}',
        '{{all}}',
        '{{password.x}}',
        '{{nope}}',
        '{{join password}}',
        '{{lookup this password}}',
      ]
      const more = [
        '{{#each password}}{{/each}}',
        '{{#each all}}{{key.x}}{{/each}}',
        '{{jsn password}}',
        '{{json f}}',
      ]
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...pieces, ...more), { minLength: 1 }), (parts) => {
          try {
            render(parts.join('\n'), { ...vars, f: { g: () => 1, p: vars.password } })
          } catch (error) {
            assert.ok(error instanceof UserError, String(error))
            const printed = `${error.hint} ${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`
            assert.ok(!/s3cret|v4lue/.test(printed), printed)
          }
        }),
      )
    })
  })

  describe('from a file', () => {
    let folder: string
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'templates-'))))
    after(() => rm(folder, { recursive: true }))

    it('takes a path or a URL, and parses the same content once', async () => {
      const file = join(folder, 'pg.conf.hbs')
      await writeFile(file, '\ufeffport = {{port}}\n')
      const template = compileTemplate({ file })
      assert.equal(template.name, 'pg.conf')
      assert.equal(template.render({ port: 5432 }), 'port = 5432\n')
      assert.equal(compileTemplate({ file: pathToFileURL(file) }), template)
      await writeFile(file, 'port={{port}}\n')
      assert.equal(compileTemplate({ file }).render({ port: 1 }), 'port=1\n')
    })

    it('names the path in errors', async () => {
      const file = join(folder, 'broken.hbs')
      await writeFile(file, 'a\n  {{prot}}\n')
      assert.throws(() => compileTemplate({ file }).check({ port: 1 }), {
        message: `${relative('.', file)}:2:5: the variables have no prot`,
      })
    })

    it('says when there is none, and which one may be meant', async () => {
      await writeFile(join(folder, 'app.conf.hbs'), '')
      assert.throws(() => compileTemplate({ file: join(folder, 'ap.conf.hbs') }), {
        code: 'E_TEMPLATE_FILE',
        hint: `Did you mean app.conf.hbs? It was looked for at ${join(folder, 'ap.conf.hbs')}.`,
      })
    })

    it('refuses bytes that are not UTF-8', async () => {
      const file = join(folder, 'latin1.hbs')
      await writeFile(file, Buffer.from([0x67, 0xfc]))
      assert.throws(() => compileTemplate({ file }), { code: 'E_TEMPLATE_FILE' })
    })
  })
})
