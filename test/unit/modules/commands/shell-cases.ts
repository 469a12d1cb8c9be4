import type { ShellArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

/** The same script for both. */
const same = (script: string, rest: Omit<Case<ShellArgs>, 'args' | 'ansible'>): Case<ShellArgs> => ({
  args: { script },
  ansible: { _raw_params: script },
  ...(rest.is === 'changed' && { again: 'changed' }),
  ...rest,
})
const a = '644 a\n'

/** Behaviours of Ansible's `shell`, in our words. `creates`, `removes` and `cwd` are below the folder, in which it runs. */
export const CASES: Readonly<Record<string, Case<ShellArgs>>> = {
  'runs a script, in each run': same('echo a >it', { is: 'changed', after: { it: a } }),
  'expands variables and patterns': same('x="$PWD"; test -d "$x" && echo *', {
    before: { a, b: a },
    is: 'changed',
    says: 'a b\n',
    differs: 'the line end is cut off, unless strip_empty_ends is false',
  }),
  'runs a pipe': same("printf 'b\\na\\n' | sort >it", { is: 'changed', after: { it: '644 a\nb\n' } }),
  'takes the end of a pipe': same('false | echo a >it', { is: 'changed', after: { it: a } }),
  'runs several lines': same('x=a\necho "$x" >it\n', { is: 'changed', after: { it: a } }),
  'takes a text in the script': same("cat >it <<'E'\na\nE\n", { is: 'changed', after: { it: a } }),
  'takes comments': same('# first\necho a >it # last', { is: 'changed', after: { it: a } }),
  'takes quotes': same(`printf '%s' "it's \\"a\\" \\$x" >it`, {
    is: 'changed',
    after: { it: `644 it's "a" $x` },
  }),
  'ends early': same('echo a >it; exit 0; rm it', { is: 'changed', after: { it: a } }),
  'fails with the script': same('echo a >it; exit 3', { is: 'failed', after: { it: a } }),
  'fails with what is no script': same('if', { is: 'failed' }),
  'fails without a command': same('rp-no-such-program', { is: 'failed' }),
  'stops at the first command that fails': same('false\necho a >it', {
    is: 'failed',
    differs: 'the script goes on, and what counts is its last command: set -e is on here',
  }),
  'goes on after a command that may fail': same('false || true\necho a >it', {
    is: 'changed',
    after: { it: a },
  }),
  'runs in the directory': {
    before: { d: '755/' },
    args: { script: 'echo a >it', cwd: 'd' },
    ansible: { _raw_params: 'echo a >it', chdir: 'd' },
    is: 'changed',
    after: { d: '755/', 'd/it': a },
    again: 'changed',
  },
  'fails without the directory': {
    args: { script: 'echo a >it', cwd: 'd' },
    ansible: { _raw_params: 'echo a >it', chdir: 'd' },
    is: 'failed',
  },
  'has nothing to do where a file is there': {
    before: { a },
    args: { script: 'echo a >it', creates: 'a' },
    ansible: { _raw_params: 'echo a >it', creates: 'a' },
    is: 'ok',
  },
  'has nothing to do where a file is gone': {
    args: { script: 'echo a >it', removes: 'a' },
    ansible: { _raw_params: 'echo a >it', removes: 'a' },
    is: 'ok',
  },
  'removes a file': {
    before: { a },
    args: { script: 'rm a', removes: 'a' },
    ansible: { _raw_params: 'rm a', removes: 'a' },
    is: 'changed',
    after: {},
  },
  'reads standard input': {
    args: { script: 'cat >it', stdin: 'x\ny' },
    ansible: { _raw_params: 'cat >it', stdin: 'x\ny', stdin_add_newline: false },
    is: 'changed',
    after: { it: '644 x\ny' },
    again: 'changed',
  },
  'is written for sh': {
    args: { script: 'x=(a)' },
    ansible: { _raw_params: 'x=(a)', executable: '/bin/bash' },
    is: 'failed',
    differs: 'executable names another shell: here the script itself calls it',
  },
}
