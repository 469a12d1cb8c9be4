import assert from 'node:assert/strict'
import { type IniFileArgs, iniFile } from '../../../../lib/modules/index.ts'
import { type Behaviour, proveBehaviours } from './behaviours.ts'

type Args = Omit<IniFileArgs, 'path'>

// The module is not in ansible-core: what it does is written down from its documentation and tests.
const make = (text: string | undefined, args: Args, becomes: string | undefined): Behaviour<Args> => ({
  text,
  args,
  becomes,
  ansible: { differs: 'ini_file is in community.general' },
})

const TEXT = '[drinks]\nfav = lemonade\nbeverage = orange\n\n[food]\n# fav = pie\nfruit=apple\n'
const drinks = { section: 'drinks' }

proveBehaviours({
  module: 'ini_file',
  task: iniFile,
  cases: {
    'leaves an option that is there': make(TEXT, { ...drinks, option: 'fav', value: 'lemonade' }, TEXT),
    'changes a value': make(
      TEXT,
      { ...drinks, option: 'fav', value: 'tea' },
      TEXT.replace('lemonade', 'tea'),
    ),
    'adds an option at the end of its section': make(
      TEXT,
      { ...drinks, option: 'car', value: 'volvo' },
      TEXT.replace('orange\n', 'orange\ncar = volvo\n'),
    ),
    'adds it before comments that end the section': make(
      '[a]\nx = 1\n\n# about b\n[b]\n',
      { section: 'a', option: 'y', value: '2' },
      '[a]\nx = 1\ny = 2\n\n# about b\n[b]\n',
    ),
    'adds to a section that has no option': make(
      '[a]\n\n[b]\n',
      { section: 'a', option: 'x', value: '1' },
      '[a]\nx = 1\n\n[b]\n',
    ),
    'adds a section with the option': make(
      'x = 1',
      { section: 'a', option: 'x', value: '2' },
      'x = 1\n[a]\nx = 2\n',
    ),
    'adds a section alone': make(TEXT, { section: 'cars' }, `${TEXT}[cars]\n`),
    'leaves a section that is there': make(TEXT, { section: 'food' }, TEXT),
    'makes a file': make(undefined, { section: 'a', option: 'x', value: '1' }, '[a]\nx = 1\n'),
    'sets an option before the first section': make(
      '[a]\nx = 1\n',
      { option: 'x', value: '2' },
      'x = 2\n[a]\nx = 1\n',
    ),
    'changes an option before the first section': make(
      '# top\nx = 1\n[a]\nx = 1\n',
      { option: 'x', value: '2' },
      '# top\nx = 2\n[a]\nx = 1\n',
    ),
    'does not take the option of another section': make(
      '[a]\nx = 1\n[b]\nx = 1\n',
      { section: 'b', option: 'x', value: '2' },
      '[a]\nx = 1\n[b]\nx = 2\n',
    ),
    'does not take an option whose name begins the same': make(
      '[a]\nxy = 1\nx y = 2\n',
      { section: 'a', option: 'x', value: '1' },
      '[a]\nxy = 1\nx y = 2\nx = 1\n',
    ),
    'takes an option with spaces in its name': make(
      '[a]\nx y = 1\n',
      { section: 'a', option: 'x y', value: '2' },
      '[a]\nx y = 2\n',
    ),
    'takes a line that is commented out': make(
      TEXT,
      { section: 'food', option: 'fav', value: 'cake' },
      TEXT.replace('# fav = pie', 'fav = cake'),
    ),
    'leaves a line that is commented out, when asked': make(
      '[a]\n;x = 1\ny = 2\n',
      { section: 'a', option: 'x', value: '2', modifyInactiveOption: false },
      '[a]\n;x = 1\ny = 2\nx = 2\n',
    ),
    'prefers an active line to a commented one': make(
      '[a]\n#x = 1\nx = 1\n',
      { section: 'a', option: 'x', value: '2' },
      '[a]\n#x = 1\nx = 2\n',
    ),
    'writes spaces around =': make('[a]\nx=1\n', { section: 'a', option: 'x', value: '1' }, '[a]\nx = 1\n'),
    'writes no spaces when asked': make(
      '[a]\nx = 1\n',
      { section: 'a', option: 'x', value: '1', noExtraSpaces: true },
      '[a]\nx=1\n',
    ),
    'leaves other spaces when asked': make(
      '[a]\nx=1\n',
      { section: 'a', option: 'x', value: '1', ignoreSpaces: true },
      '[a]\nx=1\n',
    ),
    'removes other lines of the option': make(
      '[a]\nx = 1\ny = 0\nx = 2\n',
      { section: 'a', option: 'x', value: '2' },
      '[a]\ny = 0\nx = 2\n',
    ),
    'sets several values': make(
      '[a]\nx = 2\nx = 9\ny = 0\n',
      { section: 'a', option: 'x', values: ['1', '2', '3'] },
      '[a]\nx = 2\nx = 1\ny = 0\nx = 3\n',
    ),
    'adds values beside others': make(
      '[a]\nx = 2\n',
      { section: 'a', option: 'x', values: ['2', '3'], exclusive: false },
      '[a]\nx = 2\nx = 3\n',
    ),
    'takes an option without a value': make(
      '[mysqld]\nskip-name = 1\n',
      { section: 'mysqld', option: 'skip-name', allowNoValue: true },
      '[mysqld]\nskip-name\n',
    ),
    'keeps = in a value, and what looks like a comment': make(
      '[a]\n',
      { section: 'a', option: 'x', value: 'a=b # c' },
      '[a]\nx = a=b # c\n',
    ),
    'takes an empty value': make('[a]\nx = 1\n', { section: 'a', option: 'x', value: '' }, '[a]\nx = \n'),
    'finds a section with spaces and a comment': make(
      '  [ a ]  ; of ours\nx = 1\n',
      { section: 'a', option: 'x', value: '2' },
      '  [ a ]  ; of ours\nx = 2\n',
    ),
    'removes an option': make(
      TEXT,
      { ...drinks, option: 'fav', state: 'absent' },
      TEXT.replace('fav = lemonade\n', ''),
    ),
    'removes every line of an option, not those commented out': make(
      '[a]\nx = 1\n#x = 1\nx=2\n',
      { section: 'a', option: 'x', value: '7', state: 'absent' },
      '[a]\n#x = 1\n',
    ),
    'removes only some values': make(
      '[a]\nx = 1\nx=2\nx = 3\n',
      { section: 'a', option: 'x', values: ['2', '3'], state: 'absent', exclusive: false },
      '[a]\nx = 1\n',
    ),
    'removes a section': make(TEXT, { ...drinks, state: 'absent' }, '[food]\n# fav = pie\nfruit=apple\n'),
    'removes nothing where no section is': make(
      TEXT,
      { section: 'cars', option: 'x', state: 'absent' },
      TEXT,
    ),
    'removes nothing where no file is': make(undefined, { section: 'a', state: 'absent' }, undefined),
    'keeps the ends of lines': make(
      '[a]\r\nx = 1\r\n',
      { section: 'a', option: 'y', value: '2' },
      '[a]\r\nx = 1\r\ny = 2\r\n',
    ),
  },
})

describe('iniFile', () => {
  it('refuses arguments that contradict each other', () => {
    const refused = (args: object, reason: RegExp): void =>
      assert.throws(() => iniFile('it', { path: '/etc/x', ...args } as IniFileArgs), reason)
    refused({}, /option: give section, option or both/)
    refused({ section: 'a', option: 'x' }, /value: is needed, unless/)
    refused({ section: 'a', value: 'x' }, /option: is needed with a value/)
    refused({ option: 'x', value: '1', values: ['1'] }, /values: either value or values/)
    refused({ option: 'x', state: 'absent', exclusive: false }, /value: is needed with state: absent/)
    refused({ option: 'x = 1', value: '1' }, /option: must be the name of an option/)
  })
})
