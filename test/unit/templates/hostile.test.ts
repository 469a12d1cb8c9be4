import assert from 'node:assert/strict'
import { UserError } from '../../../lib/core/errors.ts'
import { isSecret } from '../../../lib/core/secret.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'

/** Templates that want more than the variables: programs, prototypes, files, or all the time there is. */
const TEMPLATES: readonly string[] = [
  '{{constructor.constructor}}',
  '{{a.constructor}}',
  '{{a.constructor.name}}',
  '{{a.__proto__}}',
  '{{a.[__proto__]}}',
  '{{a.[constructor]}}',
  '{{__proto__}}',
  '{{[__proto__].polluted}}',
  '{{@root.constructor}}',
  '{{@root.__proto__.toString}}',
  '{{this.constructor}}',
  '{{./toString}}',
  '{{valueOf}}',
  '{{hasOwnProperty}}',
  '{{__defineGetter__}}',
  '{{__lookupGetter__}}',
  '{{list.constructor}}',
  '{{list.push}}',
  '{{list.[length].constructor}}',
  '{{text.constructor}}',
  '{{text.length}}',
  '{{lookup a "constructor"}}',
  '{{lookup a "__proto__"}}',
  '{{lookup list "map"}}',
  '{{lookup (lookup a "constructor") "constructor"}}',
  '{{lookup this "constructor"}}',
  '{{#with a}}{{constructor}}{{/with}}',
  '{{#with (lookup this "__proto__")}}{{toString}}{{/with}}',
  '{{#each a}}{{../constructor}}{{/each}}',
  '{{#each constructor}}{{this}}{{/each}}',
  '{{#with "s" as |string|}}{{string.sub.apply}}{{/with}}',
  '{{#with text as |x|}}{{x.constructor}}{{/with}}',
  '{{helperMissing}}',
  '{{blockHelperMissing}}',
  '{{#helperMissing}}{{/helperMissing}}',
  '{{#blockHelperMissing a}}{{/blockHelperMissing}}',
  '{{> (lookup this "text")}}',
  '{{> @partial-block}}',
  '{{#> layout}}{{/layout}}',
  '{{> ../../etc/passwd}}',
  '{{#*inline "x"}}{{/inline}}',
  '{{* decorator}}',
  '{{eval "1"}}',
  '{{require "fs"}}',
  '{{process.exit}}',
  '{{globalThis.process}}',
  '{{log "x"}}',
  '{{#if (constructor)}}{{/if}}',
  '{{join list (constructor)}}',
  '{{json a.constructor}}',
  '{{quote constructor}}',
  '{{default constructor "x"}}',
  '{{eq}}',
  '{{#each list as |join|}}{{join list}}{{/each}}',
  '{{{{raw}}}}',
  '{{{a',
  '{{#if a}}'.repeat(3000),
  `${'{{#if text}}'.repeat(3000)}x${'{{/if}}'.repeat(3000)}`,
  `{{${'a.'.repeat(20_000)}b}}`,
  `{{join ${'(join '.repeat(300)}list${')'.repeat(300)}}}`,
  `{{${'('.repeat(10_000)}`,
  '{{"'.repeat(10_000),
]

/** Values that look like more than a text. */
const VALUES: readonly string[] = [
  '{{constructor}}',
  '{{{{raw}}}}{{/raw}}',
  '${process.exit()}',
  '<%= process %>',
  '$(touch /tmp/canary)',
  "'; DROP TABLE x; --",
  '$& $1 $` $$',
  'a\nport = 1',
  'a\r\nb',
  '\u2028\u2029\u0085',
  '\x00\x1b]0;x\x07',
  '</script><script>',
  '%s %n %x',
  '__proto__',
  '\\{{x}}',
  '\ud800',
]

describe('a hostile template', () => {
  const vars = { a: { b: 'x' }, list: ['x'], text: 'text' }
  for (const text of TEMPLATES)
    it(`is refused in words: ${text.slice(0, 60)}`, () => {
      try {
        const made = compileTemplate({ text, name: 'x' })
        made.check(vars)
        assert.match(String(made.render(vars)), /^x*$/, 'it gives nothing that is not of the variables')
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        assert.ok(error instanceof UserError, (error as Error).stack?.slice(0, 2000))
        assert.match(error.code, /^E_TEMPLATE/)
      }
      assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    })
})

describe('a hostile value', () => {
  for (const value of VALUES)
    it(`is a text, in every way to write it: ${JSON.stringify(value)}`, () => {
      const render = (text: string): string => {
        const made = compileTemplate({ text, name: 'x' }).render({
          value,
          list: [value],
          map: { key: value },
        })
        assert.ok(!isSecret(made))
        return made
      }
      for (const way of [
        '{{value}}',
        '{{{value}}}',
        '{{#each list}}{{this}}{{/each}}',
        '{{map.key}}',
        '{{join list}}',
      ])
        assert.equal(render(way), value, way)
      assert.equal(JSON.parse(render('{{json value}}')), value)
      assert.doesNotMatch(render('{{quote value}}'), /[\n\r]/, 'it stays on its line')
    })
})
