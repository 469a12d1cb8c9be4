import assert from 'node:assert/strict'
import fc from 'fast-check'
import Handlebars from 'handlebars'
import { UserError } from '../../../lib/core/errors.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'

/** The text that Handlebars itself makes, strict and without escaping for HTML. */
function byHandlebars(text: string, vars: object): string {
  const handlebars = Handlebars.create()
  handlebars.registerHelper('default', (value: unknown, otherwise: unknown) => value ?? otherwise)
  return handlebars.compile(text, { strict: true, noEscape: true })(vars)
}

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('x', 'y', '', 0, 1, true, false, null, undefined),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }),
  ),
})).any

const PATHS = ['a', 'b', 'c', 'a.b', '../a', '@root.b', 'this', '@index', '@../key', 'p', 'p.a', './c']
const path = fc.constantFrom(...PATHS)

const body = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    path.map((name) => `{{${name}}};`),
    path.map((name) => `{{default ${name} "-"}};`),
    fc.tuple(path, tie('text')).map(([name, inner]) => `{{#each ${name} as |p|}}${inner}{{else}}0{{/each}}`),
    fc.tuple(path, tie('text')).map(([name, inner]) => `{{#with ${name} as |p|}}${inner}{{/with}}`),
    fc.tuple(path, tie('text'), tie('text')).map(([name, a, b]) => `{{#if ${name}}}${a}{{else}}${b}{{/if}}`),
  ),
})).text

describe('a template that passes', () => {
  it('gives what Handlebars gives, and holds no [object Object], null or undefined', () => {
    const vars = fc.record({ a: value, b: value, c: value })
    let passed = 0
    fc.assert(
      fc.property(body, vars, (text, data) => {
        let made
        try {
          made = compileTemplate({ text, name: 'x' }).render(data)
        } catch (error) {
          assert.ok(error instanceof UserError, (error as Error).stack)
          return
        }
        passed++
        assert.equal(made, byHandlebars(text, data))
        assert.doesNotMatch(made, /object|undefined|null|NaN/)
      }),
      { numRuns: 500 },
    )
    // Or nothing was compared.
    assert.ok(passed > 50, String(passed))
  })
})
