import type { CommandArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

const touch = ['touch', 'it'] as const
const theirTouch = { argv: touch }
const print = (...words: string[]) => ['printf', '%s', ...words]
const script = (text: string) => ['sh', '-c', text]
const again = 'changed'

/** Behaviours of Ansible's `command`, in our words. `creates`, `removes` and `cwd` are below the folder, in which it runs. */
export const CASES: Readonly<Record<string, Case<CommandArgs>>> = {
  'runs a program, in each run': {
    args: { argv: touch },
    ansible: theirTouch,
    is: 'changed',
    after: { it: '644 ' },
    again,
  },
  'passes words on as they are': {
    args: { argv: print('a b; c | d', '>e', '"f"', "'g'", '*', '\\n') },
    ansible: { argv: print('a b; c | d', '>e', '"f"', "'g'", '*', '\\n') },
    is: 'changed',
    says: `a b; c | d>e"f"'g'*\\n`,
    again,
  },
  'leaves what looks like a variable': {
    args: { argv: print('$HOME', '~') },
    ansible: { argv: print('$HOME', '~') },
    is: 'changed',
    says: '$HOME~',
    again,
    differs: 'variables and ~ are expanded: a word means itself here, and cwd and env say the rest',
  },
  'keeps all that is printed': {
    args: { argv: print('\n a \n\n') },
    ansible: { argv: print('\n a \n\n'), strip_empty_ends: false },
    is: 'changed',
    says: '\n a \n\n',
    again,
  },
  'keeps empty lines at the end': {
    args: { argv: print('a\n\n') },
    ansible: { argv: print('a\n\n') },
    is: 'changed',
    says: 'a\n\n',
    again,
    differs: 'they are cut off, unless strip_empty_ends is false: here the playbook says trim()',
  },
  'does not take errors for output': {
    args: { argv: script('echo a >&2') },
    ansible: { argv: script('echo a >&2') },
    is: 'changed',
    says: '',
    again,
  },
  'fails with the program': {
    args: { argv: script('echo >it; exit 3') },
    ansible: { argv: script('echo >it; exit 3') },
    is: 'failed',
    after: { it: '644 \n' },
  },
  'fails without the program': {
    args: { argv: ['rp-no-such-program'] },
    ansible: { argv: ['rp-no-such-program'] },
    is: 'failed',
  },
  'fails without the directory': {
    args: { argv: touch, cwd: 'none' },
    ansible: { ...theirTouch, chdir: 'none' },
    is: 'failed',
  },
  'runs in the directory': {
    before: { 'a b': '755/' },
    args: { argv: touch, cwd: 'a b' },
    ansible: { ...theirTouch, chdir: 'a b' },
    is: 'changed',
    after: { 'a b': '755/', 'a b/it': '644 ' },
    again,
  },
  'has nothing to do where a file is there': {
    before: { a: '644 a' },
    args: { argv: touch, creates: 'a' },
    ansible: { ...theirTouch, creates: 'a' },
    is: 'ok',
  },
  'makes a file that is not there': {
    args: { argv: touch, creates: 'it' },
    ansible: { ...theirTouch, creates: 'it' },
    is: 'changed',
    after: { it: '644 ' },
  },
  'has nothing to do where a directory is there': {
    before: { a: '755/' },
    args: { argv: touch, creates: 'a' },
    ansible: { ...theirTouch, creates: 'a' },
    is: 'ok',
  },
  'has nothing to do where a link to nothing is there': {
    before: { a: '-> none' },
    args: { argv: touch, creates: 'a' },
    ansible: { ...theirTouch, creates: 'a' },
    is: 'ok',
  },
  'fails where it makes another file': {
    args: { argv: touch, creates: 'other' },
    ansible: { ...theirTouch, creates: 'other' },
    is: 'failed',
    after: { it: '644 ' },
    differs: 'nobody looks afterwards, and it runs again each time',
  },
  'refuses a pattern': {
    before: { 'a.conf': '644 a' },
    args: { argv: touch, creates: '*.conf' },
    ansible: { ...theirTouch, creates: '*.conf' },
    is: 'failed',
    differs: 'a pattern is expanded: a path is taken as it is written here, and unless takes a script',
  },
  'has nothing to do where a file is gone': {
    args: { argv: touch, removes: 'a' },
    ansible: { ...theirTouch, removes: 'a' },
    is: 'ok',
  },
  'removes a file that is there': {
    before: { a: '644 a' },
    args: { argv: ['rm', 'a'], removes: 'a' },
    ansible: { argv: ['rm', 'a'], removes: 'a' },
    is: 'changed',
    after: {},
  },
  'fails where the file is still there': {
    before: { a: '644 a' },
    args: { argv: touch, removes: 'a' },
    ansible: { ...theirTouch, removes: 'a' },
    is: 'failed',
    after: { a: '644 a', it: '644 ' },
    differs: 'nobody looks afterwards, and it runs again each time',
  },
  'looks for both': {
    before: { a: '644 a', b: '644 b' },
    args: { argv: ['rm', 'b'], removes: 'b', creates: 'a' },
    ansible: { argv: ['rm', 'b'], removes: 'b', creates: 'a' },
    is: 'ok',
  },
  'reads standard input': {
    args: { argv: ['cat'], stdin: 'a\nb' },
    ansible: { argv: ['cat'], stdin: 'a\nb', stdin_add_newline: false },
    is: 'changed',
    says: 'a\nb',
    again,
  },
  'adds nothing to standard input': {
    args: { argv: ['od', '-An', '-c'], stdin: 'a' },
    ansible: { argv: ['od', '-An', '-c'], stdin: 'a', strip_empty_ends: false },
    is: 'changed',
    says: '   a\n',
    again,
    differs: 'a line end is added, unless stdin_add_newline is false',
  },
  'has an empty standard input': {
    args: { argv: ['cat'] },
    ansible: { argv: ['cat'] },
    is: 'changed',
    says: '',
    again,
  },
  'refuses no words': { args: { argv: [] }, ansible: { argv: [] }, is: 'failed' },
}
