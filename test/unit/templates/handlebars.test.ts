import assert from 'node:assert/strict'
import fc from 'fast-check'
import Handlebars from 'handlebars'
import { UserError } from '../../../lib/core/errors.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'

type Texts = Readonly<Record<string, string>>

/** The text that Handlebars itself makes, strict and without escaping for HTML. */
function byHandlebars(text: string, partials: Texts, vars: object): string {
  const handlebars = Handlebars.create()
  handlebars.registerHelper('default', (value: unknown, otherwise: unknown) => value ?? otherwise)
  handlebars.registerPartial(partials as never)
  // Cloned: it cannot compare objects without a prototype.
  return handlebars.compile(text, { strict: true, noEscape: true })(structuredClone(vars))
}

const render = (text: string, partials: Texts, vars: object): string => {
  const sources = Object.entries(partials).map(([name, one]) => [name, { name, text: one }] as const)
  return String(compileTemplate({ text, name: 'x' }, { partials: Object.fromEntries(sources) }).render(vars))
}

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('x', 'y', '', 0, 1, true, false, null, undefined),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }),
  ),
})).any
const anyVars = fc.record({ a: value, b: value, c: value })
// Most templates of those below pass with these.
const leaf = fc.record({ a: fc.constantFrom('x', ''), b: fc.constant([]), c: fc.constantFrom('y', 1, false) })
const inner = fc.record({ a: leaf, b: fc.array(leaf, { maxLength: 2 }), c: fc.constant('z') })
const kindVars = fc.record({ a: inner, b: fc.array(inner, { maxLength: 2 }), c: fc.constantFrom('v', 0) })

const PATHS = ['a', 'b', 'c', 'a.b', '../a', '@root.b', 'this', '@index', 'p', 'p.a', './c']

/** Templates over these paths, with more of what can stand in them. */
function templates(
  paths: readonly string[],
  more: (inner: fc.Arbitrary<string>) => readonly fc.Arbitrary<string>[] = () => [],
): fc.Arbitrary<string> {
  const any = fc.constantFrom(...paths)
  const mostly = (...likely: readonly string[]): fc.Arbitrary<string> =>
    fc.oneof({ arbitrary: fc.constantFrom(...likely), weight: 5 }, any)
  return fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      mostly('c', './c', '@root.c').map((name) => `{{${name}}};`),
      mostly('a', 'b', 'c').map((name) => `{{default c ${name}}};`),
      fc
        .tuple(mostly('b', './b', '@root.b'), tie('text'))
        .map(([name, text]) => `{{#each ${name} as |p|}}${text}{{else}}0{{/each}}`),
      fc
        .tuple(mostly('a', './a', '@root.a'), tie('text'))
        .map(([name, text]) => `{{#with ${name} as |p|}}${text}{{/with}}`),
      fc
        .tuple(mostly('a', 'b', 'c'), tie('text'), tie('text'))
        .map(([name, a, b]) => `{{#if ${name}}}${a}{{else}}${b}{{/if}}`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}\n  ${b}\n`),
      ...more(tie('text')),
    ),
  })).text
}

/** How the template `call` may be written: with a context, with a parameter, alone on its line. */
const calls = (name: string): readonly fc.Arbitrary<string>[] => [
  fc.constantFrom(`{{> ${name}}}`, `\n  {{> ${name}}}\n`, `{{> ${name} c=b}}`, `{{~> ${name} a d="x"~}}`),
]

function agree(template: fc.Arbitrary<string>, partials: fc.Arbitrary<Texts>, least: number): void {
  let passed = 0
  fc.assert(
    fc.property(template, partials, fc.oneof(kindVars, anyVars), (text, parts, data) => {
      let made
      try {
        made = render(text, parts, data)
      } catch (error) {
        assert.ok(error instanceof UserError, (error as Error).stack)
        return
      }
      passed++
      assert.equal(made, byHandlebars(text, parts, data))
      assert.doesNotMatch(made, /object|undefined|null|NaN/)
    }),
    { numRuns: 200 },
  )
  // Or nothing was compared.

  assert.ok(passed > least, String(passed))
}

describe('a template that passes', function () {
  this.timeout(60_000)
  const plain = templates(PATHS)

  it('gives what Handlebars gives, and holds no [object Object], null or undefined', () =>
    agree(templates([...PATHS, '@../key']), fc.constant({}), 20))

  it('gives with partials what Handlebars gives', () => {
    const main = templates(PATHS, () => [...calls('one'), ...calls('two')])
    agree(main, fc.record({ one: templates(PATHS, () => calls('two')), two: plain }), 20)
  })

  it('gives with a layout what Handlebars gives', () => {
    const slot = (inner: fc.Arbitrary<string>): readonly fc.Arbitrary<string>[] => [
      inner.map((text) => `{{#> slot}}${text}{{/slot}}`),
      inner.map((text) => `{{#> @partial-block}}${text}{{/@partial-block}}`),
      fc.constantFrom(
        '{{> @partial-block}}',
        '\n {{> @partial-block b}}\n',
        '{{> slot c=1}}',
        '{{#> slot a}}d{{/slot}}',
      ),
    ]
    const use = (inner: fc.Arbitrary<string>): readonly fc.Arbitrary<string>[] => [
      fc
        .tuple(inner, inner)
        .map(([over, text]) => `{{#> layout}}{{#*inline "slot"}}${over}{{/inline}}${text}{{/layout}}`),
      fc.tuple(inner).map(([text]) => `{{#> layout a}}${text}{{/layout}}`),
    ]
    const nested = fc.tuple(plain, plain).map(([a, b]) => `{{#> slot}}${a}{{/slot}}${b}`)
    agree(
      fc
        .tuple(templates(PATHS, use), plain, plain)
        .map(
          ([main, over, text]) =>
            `${main}{{#> layout}}{{#*inline "slot"}}${over}{{/inline}}${text}{{/layout}}`,
        ),
      fc.record({ layout: fc.oneof(templates(PATHS, slot), nested) }),
      10,
    )
  })

  it('gives with a partial what it gives with the text of the partial in its place', () => {
    let passed = 0
    const pieces = fc.tuple(plain, plain, plain)
    fc.assert(
      fc.property(pieces, fc.oneof(kindVars, anyVars), ([before, part, after], data) => {
        let byHand
        try {
          byHand = render(`${before}|${part}|${after}`, {}, data)
        } catch {
          return
        }
        passed++
        assert.equal(render(`${before}|{{> part}}|${after}`, { part }, data), byHand)
        assert.equal(render(`${before}|{{#> part}}{{/part}}|${after}`, { part }, data), byHand)
        assert.equal(
          render(`{{#*inline "part"}}${part}{{/inline}}${before}|{{> part}}|${after}`, {}, data),
          byHand,
        )
      }),
      { numRuns: 300 },
    )

    assert.ok(passed > 10, String(passed))
  })
})
