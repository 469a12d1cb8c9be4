import assert from 'node:assert/strict'
import { type BlockinfileArgs, blockinfile } from '../../../../lib/modules/index.ts'
import { behaviour, proveBehaviours } from './behaviours.ts'

type Args = Omit<BlockinfileArgs, 'path'>

const BLOCK = '# BEGIN MANAGED BY run-playbook\nx\ny\n# END MANAGED BY run-playbook\n'
const make = behaviour<Args>
const block = 'x\ny'

proveBehaviours({
  module: 'blockinfile',
  always: { marker: '# {mark} MANAGED BY run-playbook' },
  task: blockinfile,
  cases: {
    'adds a block at the end': make('a\n', { block }, `a\n${BLOCK}`, { block }),
    'takes a block with a last line end': make('a\n', { block: 'x\ny\n' }, `a\n${BLOCK}`, {
      block: 'x\ny\n',
    }),
    'leaves a block that is there': make(`a\n${BLOCK}b\n`, { block }, `a\n${BLOCK}b\n`, { block }),
    'replaces a block where it stands': make(
      `a\n${BLOCK.replace('x', 'old')}b\n`,
      { block },
      `a\n${BLOCK}b\n`,
      {
        block,
      },
    ),
    'replaces a block whose place is given otherwise': make(
      `a\n${BLOCK.replace('x', 'old')}b\n`,
      { block, insertBefore: 'BOF' },
      `a\n${BLOCK}b\n`,
      { block, insertbefore: 'BOF' },
    ),
    'adds to a file without a last line end': make('a', { block }, `a\n${BLOCK}`, { block }),
    'adds to an empty file': make('', { block }, BLOCK, { block }),
    'makes a file': make(undefined, { block, create: true }, BLOCK, { block, create: true }),
    'puts a block at the beginning': make('a\n', { block, insertBefore: 'BOF' }, `${BLOCK}a\n`, {
      block,
      insertbefore: 'BOF',
    }),
    'puts a block after the last match': make(
      'a\na\nb\n',
      { block, insertAfter: /^a/ },
      `a\na\n${BLOCK}b\n`,
      {
        block,
        insertafter: '^a',
      },
    ),
    'puts a block before the last match': make(
      'a\nb\na\n',
      { block, insertBefore: /^a/ },
      `a\nb\n${BLOCK}a\n`,
      {
        block,
        insertbefore: '^a',
      },
    ),
    'adds at the end where nothing matches': make('a\n', { block, insertAfter: /x/ }, `a\n${BLOCK}`, {
      block,
      insertafter: 'x',
    }),
    'adds a block where only one marker is': make(
      '# BEGIN MANAGED BY run-playbook\n',
      { block },
      `# BEGIN MANAGED BY run-playbook\n${BLOCK}`,
      { block },
    ),
    'takes the last of several markers': make(
      `${BLOCK}${BLOCK.replace('x', 'old')}`,
      { block },
      `${BLOCK}${BLOCK}`,
      { block },
    ),
    'replaces a block whose markers are the wrong way round': make(
      'a\n# END MANAGED BY run-playbook\n# BEGIN MANAGED BY run-playbook\nb\n',
      { block },
      `a\n${BLOCK}b\n`,
      { block },
    ),
    'removes a block': make(`a\n${BLOCK}b\n`, { state: 'absent' }, 'a\nb\n', { state: 'absent' }),
    'removes a block that is empty': make(`a\n${BLOCK}b\n`, { block: '' }, 'a\nb\n', { block: '' }),
    'removes nothing where no block is': make('a', { state: 'absent' }, 'a', {
      differs: 'Ansible ends the last line although there is nothing to remove',
    }),
    'removes nothing where no file is': make(undefined, { state: 'absent' }, undefined, {
      differs: 'Ansible fails where there is no file',
    }),
    'keeps two blocks with markers of their own': make(
      BLOCK,
      { block: 'z', marker: '; {mark} two' },
      `${BLOCK}; BEGIN two\nz\n; END two\n`,
      { block: 'z', marker: '; {mark} two' },
    ),
    'takes other words for the marks': make(
      '',
      { block: 'z', marker: '<!-- {mark} -->', markerBegin: '$&', markerEnd: 'off' },
      '<!-- $& -->\nz\n<!-- off -->\n',
      { block: 'z', marker: '<!-- {mark} -->', marker_begin: '$&', marker_end: 'off' },
    ),
    'keeps empty lines in a block': make('', { block: '\nx\n\n' }, BLOCK.replace('x\ny\n', '\nx\n\n'), {
      block: '\nx\n\n',
    }),
    'puts empty lines around a block': make(
      'a\nb\n',
      { block, insertAfter: /a/, prependNewline: true, appendNewline: true },
      `a\n\n${BLOCK}\nb\n`,
      { differs: 'Ansible 2.14 has no such arguments' },
    ),
    'puts no second empty line around a block': make(
      `a\n\n${BLOCK.replace('x', 'old')}\nb\n`,
      { block, prependNewline: true, appendNewline: true },
      `a\n\n${BLOCK}\nb\n`,
      { differs: 'Ansible 2.14 has no such arguments' },
    ),
    'gives lines the end that the file has': make(
      'a\r\n',
      { block },
      `a\r\n${BLOCK.replaceAll('\n', '\r\n')}`,
      {
        differs: 'Ansible writes \\n into a file with \\r\\n',
      },
    ),
  },
})

describe('blockinfile', () => {
  it('refuses arguments that contradict each other', () => {
    const refused = (args: object, reason: RegExp): void =>
      assert.throws(() => blockinfile('it', { path: '/etc/x', ...args } as BlockinfileArgs), reason)
    refused({ marker: '# mine' }, /marker: must contain \{mark\}/)
    refused({ markerBegin: 'x', markerEnd: 'x' }, /markerEnd: must differ/)
    refused({ insertAfter: /a/, insertBefore: /a/ }, /insertBefore: either/)
  })
})
