import assert from 'node:assert/strict'
import { BLIND } from './blind.ts'
import { PARSERS } from './parsers.ts'

const deep = (open: string, close: string, inner = '1'): string =>
  open.repeat(100_000) + inner + close.repeat(100_000)

/** What is JSON, or nearly, and what a program may stumble over. `SEED` stands for a real document. */
const HOSTILE: Readonly<Record<string, string>> = {
  nothing: '',
  blanks: ' \n\t ',
  null: 'null',
  'a number': '7',
  'a text': '"x"',
  true: 'true',
  'no fields': '{}',
  'no items': '[]',
  'a list of lists': '[[[]]]',
  'a list of null': '[null]',
  'a deep list': deep('[', ']'),
  'a deep object': deep('{"a":', '}'),
  'a deep list without an end': '['.repeat(100_000),
  'a prototype': '{"__proto__":{"polluted":1}}',
  'a prototype in a list': '[{"__proto__":{"polluted":1}}]',
  'a prototype in other letters': '{"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":1}}',
  'a constructor': '{"constructor":{"prototype":{"polluted":1}}}',
  'names of JavaScript': '{"toString":1,"valueOf":2,"hasOwnProperty":3,"then":4,"toJSON":5,"length":6}',
  'a length': '{"length":4294967295}',
  'a number that is infinite': '1e999',
  'a number of many digits': '9'.repeat(10_000),
  'a negative zero': '-0',
  'no number': 'NaN',
  'a hexadecimal number': '0x10',
  'a comma at the end': '{"a":1,}',
  'a comment': '{"a":1/*,*/}',
  'single quotes': "{'a':1}",
  'a mark of the byte order': '\ufeff{}',
  'two documents': '{}{}',
  'something behind': '{} // evil',
  'a NUL': '{"a":"\\u0000"}',
  'a NUL itself': '{"a":"\0"}',
  'half of a surrogate': '{"a":"\\ud800"}',
  'a line break in a text': '{"a":"\n"}',
  'terminal codes': '{"a":"\\u001b]0;owned\\u0007"}',
  'a very long text': `{"a":"${'x'.repeat(2_000_000)}"}`,
  'a very long name': `{"${'x'.repeat(2_000_000)}":1}`,
  'very many fields': `{${Array.from({ length: 50_000 }, (_, i) => `"${i}":${i}`).join()}}`,
  'very many items': `[${'{},'.repeat(50_000)}{}]`,
  'the same field twice': 'TWICE',
  'texts for numbers': 'TEXTS',
  'numbers for texts': 'NUMBERS',
  'null for all': 'NULLS',
  'lists for all': 'LISTS',
  'no end': 'CUT',
}

const changed = (seed: string, how: string): string => {
  const replaced = (value: (old: unknown) => unknown): string =>
    JSON.stringify(JSON.parse(seed), (_, old: unknown) =>
      typeof old === 'object' && old !== null ? old : value(old),
    )
  if (how === 'TWICE') return seed.replace(/^(\[?)\{(.*)/s, '$1{"status":null,"state":[],"at":{},$2')
  if (how === 'TEXTS') return replaced(String)
  if (how === 'NUMBERS') return replaced(() => 1e308)
  if (how === 'NULLS') return replaced(() => null)
  if (how === 'LISTS') return seed.replace(/:\s*("[^"]*"|-?[\d.]+|true|false|null)/g, ':[$1]')
  return how === 'CUT' ? seed.slice(0, -seed.length / 3) : how
}

/** The parsers that read JSON. */
const READERS = Object.entries(PARSERS).filter(([, { seeds }]) => /^[[{]/.test(seeds[0] ?? ''))

describe('a hostile document of JSON', () => {
  it('is given to those who read JSON', () => assert.ok(READERS.length >= 7))

  for (const [what, how] of Object.entries(HOSTILE))
    it(`with ${what} is read, or refused in words`, () => {
      for (const [name, { seeds, read, calm }] of READERS) {
        const [first = ''] = (seeds[0] ?? '').split('\nFATAL')
        const began = performance.now()
        try {
          read(changed(first, how))
        } catch (error) {
          assert.ok(!calm, `${name}: it threw ${String(error)}`)
          assert.ok(error instanceof Error && !BLIND.has(error.constructor), `${name}: ${String(error)}`)
        }
        assert.equal(({} as { polluted?: unknown }).polluted, undefined, name)
        assert.ok(performance.now() - began < 10_000, name)
      }
    })
})
