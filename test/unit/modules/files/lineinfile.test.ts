import assert from 'node:assert/strict'
import { lineinfile, type LineinfileArgs } from '../../../../lib/modules/index.ts'
import { behaviour, proveBehaviours } from './behaviours.ts'

const TEXT = 'one\ntwo\n# two\nthree\n'
const make = behaviour<Omit<LineinfileArgs, 'path'>>

proveBehaviours({
  module: 'lineinfile',
  task: lineinfile,
  cases: {
    'adds a line at the end': make(TEXT, { line: 'four' }, `${TEXT}four\n`, { line: 'four' }),
    'leaves a line that is there': make(TEXT, { line: 'two' }, TEXT, { line: 'two' }),
    'adds to a file without a last line end': make('a\nb', { line: 'c' }, 'a\nb\nc\n', { line: 'c' }),
    'ends the last line, where it is the one': make('a\nb', { line: 'b' }, 'a\nb\n', { line: 'b' }),
    'leaves a file without a last line end, where nothing changes': make('a\nb', { line: 'a' }, 'a\nb', {
      line: 'a',
    }),
    'adds to an empty file': make('', { line: 'a' }, 'a\n', { line: 'a' }),
    'makes a file': make(undefined, { line: 'a', create: true }, 'a\n', { line: 'a', create: true }),
    'replaces the last match': make('x=1\nx=2\n', { regexp: /^x=/, line: 'x=3' }, 'x=1\nx=3\n', {
      regexp: '^x=',
      line: 'x=3',
    }),
    'replaces the first match when asked': make(
      'x=1\nx=2\n',
      { regexp: /^x=/, line: 'x=3', firstMatch: true },
      'x=3\nx=2\n',
      { regexp: '^x=', line: 'x=3', firstmatch: true },
    ),
    'adds where no line matches': make('a\n', { regexp: /^x=/, line: 'x=3' }, 'a\nx=3\n', {
      regexp: '^x=',
      line: 'x=3',
    }),
    'does not add a line that is there and does not match': make(
      'x 3\n',
      { regexp: /^x=/, line: 'x 3' },
      'x 3\n',
      {
        regexp: '^x=',
        line: 'x 3',
      },
    ),
    'replaces the match, also where the line stands elsewhere': make(
      'new\nold\n',
      { regexp: /old/, line: 'new' },
      'new\nnew\n',
      { regexp: 'old', line: 'new' },
    ),
    'replaces a line that contains a text': make('a.b*c\n', { searchString: '.b*', line: 'x' }, 'x\n', {
      search_string: '.b*',
      line: 'x',
    }),
    'replaces the line that was matched by a part of the text without a last end': make(
      'a\nx=1',
      { regexp: /^x/, line: 'x=2' },
      'a\nx=2\n',
      { regexp: '^x', line: 'x=2' },
    ),
    'puts a line after a match': make(
      TEXT,
      { line: 'new', insertAfter: /^one/ },
      'one\nnew\ntwo\n# two\nthree\n',
      {
        line: 'new',
        insertafter: '^one',
      },
    ),
    'puts a line after the last match': make(
      'a\na\nb\n',
      { line: 'new', insertAfter: /^a/ },
      'a\na\nnew\nb\n',
      {
        line: 'new',
        insertafter: '^a',
      },
    ),
    'puts a line after the first match when asked': make(
      'a\na\nb\n',
      { line: 'new', insertAfter: /^a/, firstMatch: true },
      'a\nnew\na\nb\n',
      { line: 'new', insertafter: '^a', firstmatch: true },
    ),
    'puts a line after the last line': make('a\nb', { line: 'new', insertAfter: /^b/ }, 'a\nb\nnew\n', {
      differs: 'Ansible 2.14 glues the two lines together',
    }),
    'puts a line before a match': make(
      TEXT,
      { line: 'new', insertBefore: /^three/ },
      'one\ntwo\n# two\nnew\nthree\n',
      {
        line: 'new',
        insertbefore: '^three',
      },
    ),
    'puts a line before the last match': make(
      'a\nb\na\n',
      { line: 'new', insertBefore: /^a/ },
      'a\nb\nnew\na\n',
      {
        line: 'new',
        insertbefore: '^a',
      },
    ),
    'puts a line at the beginning': make(TEXT, { line: 'new', insertBefore: 'BOF' }, `new\n${TEXT}`, {
      line: 'new',
      insertbefore: 'BOF',
    }),
    'adds at the end where no line matches insertAfter': make(
      'a\n',
      { line: 'new', insertAfter: /x/ },
      'a\nnew\n',
      {
        line: 'new',
        insertafter: 'x',
      },
    ),
    'adds at the end where no line matches insertBefore': make(
      'a\n',
      { line: 'new', insertBefore: /x/ },
      'a\nnew\n',
      {
        line: 'new',
        insertbefore: 'x',
      },
    ),
    'replaces a match of regexp, whatever insertAfter says': make(
      'a\nx=1\n',
      { regexp: /^x=/, line: 'x=2', insertAfter: /^a/ },
      'a\nx=2\n',
      { regexp: '^x=', line: 'x=2', insertafter: '^a' },
    ),
    'adds after insertAfter where regexp does not match': make(
      'a\nb\n',
      { regexp: /^x=/, line: 'x=2', insertAfter: /^a/ },
      'a\nx=2\nb\n',
      { regexp: '^x=', line: 'x=2', insertafter: '^a' },
    ),
    'leaves a line that stands elsewhere': make('new\na\n', { line: 'new', insertAfter: /^a/ }, 'new\na\n', {
      line: 'new',
      insertafter: '^a',
    }),
    'takes what the pattern found': make(
      'key = "old"\n',
      { regexp: /^(\w+) = "(?<was>.*)"$/, line: '$1 = "new"  # $<was>, $$1', backrefs: true },
      'key = "new"  # old, $1\n',
      { differs: 'patterns and references are those of JavaScript' },
    ),
    'takes what a part of the line was, and drops the rest': make(
      'before [x] after\n',
      { regexp: /\[(x)\]/, line: '<$1>', backrefs: true },
      '<x>\n',
      { regexp: '\\[(x)\\]', line: '<\\1>', backrefs: true },
    ),
    'adds nothing with backrefs where no line matches': make(
      'a\n',
      { regexp: /^(x)=/, line: '$1=2', backrefs: true },
      'a\n',
      { regexp: '^(x)=', line: '\\1=2', backrefs: true },
    ),
    'keeps a dollar in the line without backrefs': make('x\n', { regexp: /^x$/, line: '$1 $&' }, '$1 $&\n', {
      regexp: '^x$',
      line: '$1 $&',
    }),
    'removes every match': make('x=1\na\nx=2\n', { regexp: /^x=/, state: 'absent' }, 'a\n', {
      regexp: '^x=',
      state: 'absent',
    }),
    'removes every such line, not those that contain it': make(
      'a\nab\na\n',
      { line: 'a', state: 'absent' },
      'ab\n',
      {
        line: 'a',
        state: 'absent',
      },
    ),
    'removes every line that contains a text': make(
      'a\nab\nc\n',
      { searchString: 'a', state: 'absent' },
      'c\n',
      {
        search_string: 'a',
        state: 'absent',
      },
    ),
    'removes the only line': make('a\n', { line: 'a', state: 'absent' }, '', { line: 'a', state: 'absent' }),
    'removes nothing where nothing is': make('a\n', { regexp: /x/, state: 'absent' }, 'a\n', {
      regexp: 'x',
      state: 'absent',
    }),
    'removes nothing where no file is': make(undefined, { line: 'a', state: 'absent' }, undefined, {
      line: 'a',
      state: 'absent',
    }),
    'keeps the ends of lines': make('a\r\nb\r\n', { regexp: /^a$/, line: 'x' }, 'x\r\nb\r\n', {
      differs: 'Ansible writes \\n into a file with \\r\\n, and $ does not match before \\r',
    }),
    'adds a line with the end that the others have': make('a\r\n', { line: 'b' }, 'a\r\nb\r\n', {
      differs: 'Ansible writes \\n into a file with \\r\\n',
    }),
    'takes a pattern with flags': make('A\nB\n', { regexp: /^b$/giy, line: 'c' }, 'A\nc\n', {
      regexp: '(?i)^b$',
      line: 'c',
    }),
    'handles letters beyond ASCII': make('ä\n', { regexp: /^ä$/, line: 'ö 🐘' }, 'ö 🐘\n', {
      regexp: '^ä$',
      line: 'ö 🐘',
    }),
  },
})

describe('lineinfile', () => {
  const path = '/etc/x'
  const refused = (args: object, reason: RegExp): void =>
    assert.throws(() => lineinfile('it', { path, ...args } as LineinfileArgs), reason)

  it('refuses arguments that contradict each other, as Ansible does', () => {
    refused({}, /line: is needed/)
    refused({ state: 'absent' }, /state: absent needs line, regexp or searchString/)
    refused({ line: 'a', regexp: /a/, searchString: 'a' }, /searchString: either/)
    refused({ line: 'a', insertAfter: /a/, insertBefore: /a/ }, /insertBefore: either/)
    refused({ line: 'a', backrefs: true }, /backrefs: needs regexp/)
    refused({ line: 'a\nb' }, /line: must be one line: use blockinfile/)
  })
})
