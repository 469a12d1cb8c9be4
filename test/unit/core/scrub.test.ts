import assert from 'node:assert/strict'
import { Secret, scrub } from '../../../lib/core/secret.ts'

describe('a secret that a host repeats', () => {
  const value = 'it\'s "quoted"\tü\\ & more'
  new Secret('a secret', value)
  const forms: Readonly<Record<string, string>> = {
    'as it is': value,
    'as base64': Buffer.from(value).toString('base64'),
    'in a URL': encodeURIComponent(value),
    'as a word of a shell': value.replaceAll("'", `'\\''`),
    'within JSON': JSON.stringify({ a: value }),
  }
  for (const [what, text] of Object.entries(forms))
    it(`is masked ${what}`, () => {
      assert.match(scrub(`before ${text} after`), /^before .*«secret».* after$/)
      assert.doesNotMatch(scrub(text), /quoted|cXVvd/)
    })
})
