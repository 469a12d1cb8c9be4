import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Secret } from '../../../lib/core/secret.ts'
import { clean, cleanBlock, duration, enumerate } from '../../../lib/reporters/text.ts'

describe('clean', () => {
  const hostile: Record<string, [string, string]> = {
    colours: ['\x1b[1;31mred\x1b[0m', 'red'],
    'cursor movement with several parameters': ['a\x1b[2;5Hb', 'ab'],
    'private modes': ['a\x1b[?1049hb', 'ab'],
    'a terminal reset': ['a\x1bcb', 'ab'],
    'a character set': ['a\x1b(0b', 'ab'],
    'a window title': ['a\x1b]0;owned\x07b', 'ab'],
    'a link': ['\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\', 'text'],
    'the clipboard': ['a\x1b]52;c;cm0gLXJmIC8=\x07b', 'ab'],
    'a device string': ['a\x1bPq#0\x1b\\b', 'ab'],
    '8-bit sequences': ['a\x9b31mb\x9d0;title\x9cc', 'abc'],
    'a sequence hidden in another': ['\x1b\x1b[31m[31mx', '[31mx'],
    'an unfinished sequence': ['a\x1b]52;c;', 'a52;c;'],
    'reading direction': ['user\u202etxt.exe\u2066', 'usertxt.exe'],
    'forged lines': ['ok\nnode-b  changed  everything\r\nx', 'ok node-b  changed  everything x'],
    'overwritten lines': ['secret\rpublic', 'secret public'],
    'bells, backspaces and NUL': ['a\x07\x08\0b\x7f', 'ab'],
    tabs: ['a\tb', 'a b'],
  }
  for (const [what, [text, expected]] of Object.entries(hostile))
    it(`defuses ${what}`, () => assert.equal(clean(text), expected))

  it('leaves other writing systems and emoji alone', () => {
    assert.equal(clean('Grüße, 世界, עולם 🐘'), 'Grüße, 世界, עולם 🐘')
  })

  it('lets nothing through that a terminal could obey', () => {
    const nasty = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '8;;',
      '\x07',
      '\x9b',
      '\\',
      'm',
      'a',
      '\n',
      '\r',
      '\u202e',
      'P',
      '\x9c',
    )
    fc.assert(
      fc.property(fc.array(nasty), (parts) => {
        assert.doesNotMatch(clean(parts.join('')), /\p{Cc}|\p{Bidi_Control}/u)
        assert.doesNotMatch(cleanBlock(parts.join('')), /(?![\t\n])\p{Cc}|\p{Bidi_Control}/u)
      }),
    )
  })

  it('is quick about a megabyte of openings', () => {
    const start = process.cpuUsage()
    clean('\x1b]'.repeat(500_000))
    clean('\x9d'.repeat(1_000_000))
    clean('\x1b[' + '0'.repeat(1_000_000))
    // What is quadratic takes minutes.
    assert.ok(process.cpuUsage(start).user < 10e6)
  })

  it('is quick about a megabyte of blanks', () => {
    const start = process.cpuUsage()
    for (const blank of [' ', '\t', ' \n', '\r\n', '\u00a0']) clean(`a${blank.repeat(1_000_000)}b`)
    assert.ok(process.cpuUsage(start).user < 10e6)
  })

  it('is bounded, whatever a host sends', () => {
    assert.ok(clean('x'.repeat(10_000_000)).length < 10_000)
    const block = cleanBlock(`first\n${'x\n'.repeat(5_000_000)}last`)
    assert.ok(block.length < 300_000)
    assert.match(block, /^first\n[^]*\n… \d+ characters are left out …\n[^]*last$/)
  })

  it('masks secrets before anything is cut or joined', () => {
    new Secret('key', 'first line\nsecond line')
    assert.equal(clean('key: first line\nsecond line'), 'key: «secret»')
  })
})

describe('cleanBlock', () => {
  it('keeps lines and indentation', () => {
    assert.equal(cleanBlock('a:\n\tb\r\n  c\n\n'), 'a:\n\tb\n  c')
  })
})

describe('small words', () => {
  it('durations', () => {
    assert.deepEqual([0, 340, 1234, 42_000, 185_000].map(duration), [
      '0.0 s',
      '0.3 s',
      '1.2 s',
      '42 s',
      '3 min 5 s',
    ])
  })

  it('enumerations', () => {
    assert.equal(enumerate(['a', 'b', 'c'], 2), 'a, b and 1 more')
    assert.equal(enumerate(['a', 'b']), 'a, b')
  })
})
