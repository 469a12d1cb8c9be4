import fc from 'fast-check'

/** What makes parsers stumble: numbers, control characters, names of JavaScript's own, quotes, very long lines, deep nesting. */
const WORDS = [
  '',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  "'",
  '"',
  '\\',
  ',',
  ':',
  '-1',
  '0',
  '9'.repeat(40),
  '1e999',
  'NaN',
  '0x10',
  '٣',
  'null',
  'true',
  '{}',
  '[]',
  '{"',
  '__proto__',
  'constructor',
  '"__proto__":{"polluted":true},',
  '\u001b]0;title\u0007',
  '\u202e',
  '\ufffd',
  '../../etc/shadow',
  "'; $(canary) `canary`",
  '$(canary)',
  "' canary",
  '" canary',
  '$$; canary',
  '*/ canary',
  '*'.repeat(60),
  '"' + '\\'.repeat(60),
  'a'.repeat(5000),
  ' '.repeat(20_000),
  '['.repeat(3000),
  '\n'.repeat(3000),
] as const

const change = fc.record({
  what: fc.constantFrom('insert', 'replace', 'remove', 'repeat', 'flip', 'cut'),
  at: fc.integer({ min: 0, max: 2 ** 31 }),
  length: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 400 })),
  word: fc.constantFrom(...WORDS),
})

/** One of some texts, changed in a few places. */
export const spoiled = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 0, maxLength: 5 }))
    .map(([text, changes]) => changes.reduce(spoil, text))

function spoil(
  text: string,
  { what, at, length, word }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): string {
  const from = at % (text.length + 1)
  const [before, middle, after] = [
    text.slice(0, from),
    text.slice(from, from + length),
    text.slice(from + length),
  ]
  if (what === 'insert') return before + word + middle + after
  if (what === 'replace') return before + word + after
  if (what === 'remove') return before + after
  if (what === 'repeat') return before + middle.repeat(3) + after
  if (what === 'cut') return before
  return (
    before + String.fromCharCode((text.charCodeAt(from) || 0) ^ (1 << (length % 7))) + text.slice(from + 1)
  )
}
