import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ReplaceArgs, replace } from '../../../../lib/modules/index.ts'
import { runLocal } from '../../../support/run-local.ts'
import { useTemp } from '../driver.ts'
import { behaviour, proveBehaviours } from './behaviours.ts'

type Args = Omit<ReplaceArgs, 'path'>

const make = behaviour<Args>

const SECTIONS = '[a]\nx = 1\n[b]\nx = 1\n[c]\nx = 1\n'

proveBehaviours({
  module: 'replace',
  task: replace,
  cases: {
    'replaces every match': make('a b a\nba\n', { regexp: /a/, replace: 'x' }, 'x b x\nbx\n', {
      regexp: 'a',
      replace: 'x',
    }),
    'leaves a text without a match': make('a\n', { regexp: /x/, replace: 'y' }, 'a\n', {
      regexp: 'x',
      replace: 'y',
    }),
    'removes every match': make('a b a', { regexp: /a ?/ }, 'b ', { regexp: 'a ?' }),
    'matches at the ends of each line': make('a\nb\na\n', { regexp: /^a$/, replace: 'c' }, 'c\nb\nc\n', {
      regexp: '^a$',
      replace: 'c',
    }),
    'removes whole lines': make('#a\nb\n#c\n', { regexp: /^#.*\n/ }, 'b\n', { regexp: '^#.*\\n' }),
    'does not let a dot match line ends': make('a\nb\n', { regexp: /a.*/, replace: 'c' }, 'c\nb\n', {
      regexp: 'a.*',
      replace: 'c',
    }),
    'takes groups': make(
      'old.a.x old.b.x\n',
      { regexp: /old\.(\w)\.x/, replace: 'new.$1' },
      'new.a new.b\n',
      {
        regexp: 'old\\.(\\w)\\.x',
        replace: 'new.\\1',
      },
    ),
    'takes groups by name, the match and a dollar': make(
      'key: v\n',
      { regexp: /^(?<key>\w+): (.*)$/, replace: '$<key>=$2;$$$&;' },
      'key=v;$key: v;\n',
      { differs: 'references are those of JavaScript' },
    ),
    'goes from a match to the end': make(
      SECTIONS,
      { regexp: /1/, replace: '2', after: /\[b\]/ },
      '[a]\nx = 1\n[b]\nx = 2\n[c]\nx = 2\n',
      { regexp: '1', replace: '2', after: '\\[b\\]' },
    ),
    'goes up to the last match': make(
      SECTIONS,
      { regexp: /1/, replace: '2', before: /\[\w\]/ },
      '[a]\nx = 2\n[b]\nx = 2\n[c]\nx = 1\n',
      { regexp: '1', replace: '2', before: '\\[\\w\\]' },
    ),
    'goes between two matches': make(
      SECTIONS,
      { regexp: /1/, replace: '2', after: /\[a\]/, before: /\[\w\]/ },
      '[a]\nx = 2\n[b]\nx = 1\n[c]\nx = 1\n',
      { regexp: '1', replace: '2', after: '\\[a\\]', before: '\\[\\w\\]' },
    ),
    'changes nothing where the part is not found': make(
      SECTIONS,
      { regexp: /1/, replace: '2', after: /\[d\]/ },
      SECTIONS,
      { regexp: '1', replace: '2', after: '\\[d\\]' },
    ),
    'lets a dot of after match line ends': make(
      SECTIONS,
      { regexp: /1/, replace: '2', after: /\[a\].*\[b\]/ },
      '[a]\nx = 1\n[b]\nx = 2\n[c]\nx = 2\n',
      { regexp: '1', replace: '2', after: '\\[a\\].*\\[b\\]' },
    ),
    'takes flags': make('A a\n', { regexp: /a/gi, replace: 'x' }, 'x x\n', { regexp: '(?i)a', replace: 'x' }),
    'does not need a last line end': make('a', { regexp: /a$/, replace: 'b' }, 'b', {
      regexp: 'a$',
      replace: 'b',
    }),
    'handles letters beyond ASCII': make('ä ö\n', { regexp: /ä/, replace: '🐘' }, '🐘 ö\n', {
      regexp: 'ä',
      replace: '🐘',
    }),
  },
})

describe('replace', () => {
  const temp = useTemp()
  const errorOf = async (args: ReplaceArgs) => (await runLocal(() => [replace('it', args)])).tasks[0]?.error

  it('refuses a replacement that would be replaced again, and changes nothing', async () => {
    const path = join(temp(), 'f')
    writeFileSync(path, 'a\n')
    const error = await errorOf({ path, regexp: /a/, replace: 'aa' })
    assert.equal(error?.code, 'E_NOT_CONVERGED')
    assert.match(error.message, /a second run would change the text/)
    assert.equal(readFileSync(path, 'utf8'), 'a\n')
  })

  it('needs a file', async () => {
    assert.equal((await errorOf({ path: join(temp(), 'none'), regexp: /a/ }))?.code, 'E_NO_FILE')
  })
})
