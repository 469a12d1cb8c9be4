import type { PamArgs } from '../../../../lib/modules/index.ts'
import type { Behaviour } from '../files/behaviours.ts'

export type Given = Omit<PamArgs, 'path' | 'name'>

export const UNIX = { type: 'account', control: 'required', modulePath: 'pam_unix.so' } as const
export const FAILLOCK = { type: 'auth', control: 'required', modulePath: 'pam_faillock.so' } as const

// The module is not in ansible-core: what it does is written down from its documentation.
const make = (
  text: string,
  args: Given,
  becomes: string,
  differs = 'pamd is in community.general, and writes when it has changed the file',
): Behaviour<Given> => ({ text, args, becomes, ansible: { differs } })

/** What Debian has. */
const COMMON = `# here are the per-package modules (the "Primary" block)
account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so 
# here's the fallback if no module succeeds
account\trequisite\t\t\tpam_deny.so
@include common-more
`
const ACCOUNT = {
  type: 'account',
  control: '[success=1 new_authtok_reqd=done default=ignore]',
  modulePath: 'pam_unix.so',
} as const
const RULE = 'auth required pam_faillock.so preauth deny=3 # lock\n'
const deny: Given = {
  ...FAILLOCK,
  state: 'before',
  newType: 'auth',
  newControl: 'optional',
  newModulePath: 'pam_echo.so',
}

export const CASES: Readonly<Record<string, Behaviour<Given>>> = {
  'adds an argument, and leaves all other lines': make(
    COMMON,
    { ...ACCOUNT, state: 'argsPresent', moduleArguments: ['no_pass_expiry'] },
    COMMON.replace('pam_unix.so ', 'pam_unix.so no_pass_expiry'),
  ),
  'finds a control with other spaces and in another case': make(
    COMMON,
    {
      ...ACCOUNT,
      control: '[ Success = 1  new_authtok_reqd=done default=ignore ]',
      state: 'argsPresent',
      moduleArguments: ['audit'],
    },
    COMMON.replace('pam_unix.so ', 'pam_unix.so audit'),
  ),
  'leaves an argument that is there': make(
    RULE,
    { ...FAILLOCK, state: 'argsPresent', moduleArguments: ['preauth', 'deny=3'] },
    RULE,
  ),
  'gives an argument another value, in its place': make(
    RULE,
    { ...FAILLOCK, state: 'argsPresent', moduleArguments: ['deny=5', 'audit'] },
    'auth required pam_faillock.so preauth deny=5 audit # lock\n',
  ),
  'changes the last of several values': make(
    'auth required pam_faillock.so deny=1 deny=2\n',
    { ...FAILLOCK, state: 'argsPresent', moduleArguments: ['deny=1'] },
    'auth required pam_faillock.so deny=1 deny=1\n',
  ),
  'adds an argument of several words': make(
    'auth required pam_faillock.so [query=SELECT \\[1\\]] a\n',
    { ...FAILLOCK, state: 'argsPresent', moduleArguments: ['[query=SELECT 2]', 'b'] },
    'auth required pam_faillock.so [query=SELECT 2] a b\n',
    'pamd refuses words in brackets',
  ),
  'removes arguments': make(
    RULE,
    { ...FAILLOCK, state: 'argsAbsent', moduleArguments: ['preauth', 'audit'] },
    'auth required pam_faillock.so deny=3 # lock\n',
  ),
  'has no argument to remove': make(
    RULE,
    { ...FAILLOCK, state: 'argsAbsent', moduleArguments: ['deny=4', 'audit'] },
    RULE,
  ),
  'has no rule whose arguments go': make(
    RULE,
    { ...UNIX, state: 'argsAbsent', moduleArguments: ['preauth'] },
    RULE,
  ),
  'replaces all arguments': make(
    RULE,
    { ...FAILLOCK, moduleArguments: ['authfail'] },
    'auth required pam_faillock.so authfail # lock\n',
  ),
  'takes all arguments away': make(
    RULE,
    { ...FAILLOCK, moduleArguments: [] },
    'auth required pam_faillock.so # lock\n',
  ),
  'changes type, control and path': make(
    RULE,
    { ...FAILLOCK, newType: '-auth', newControl: '[default=die]', newModulePath: '/lib/security/pam_x.so' },
    '-auth [default=die] /lib/security/pam_x.so preauth deny=3 # lock\n',
  ),
  'gives arguments to a rule that has its new control already': make(
    'auth sufficient pam_faillock.so preauth\n',
    { ...FAILLOCK, newControl: 'sufficient', moduleArguments: ['authfail'] },
    'auth sufficient pam_faillock.so authfail\n',
    'pamd does not find it any more',
  ),
  'leaves a rule that has its new control already': make(
    'auth  sufficient pam_faillock.so\n',
    { ...FAILLOCK, newControl: 'sufficient' },
    'auth  sufficient pam_faillock.so\n',
  ),
  'changes all rules that it finds': make(
    'auth required pam_faillock.so a\nauth required pam_faillock.so b\nauth required pam_faillock.so.1\n',
    { ...FAILLOCK, newControl: 'optional' },
    'auth optional pam_faillock.so a\nauth optional pam_faillock.so b\nauth required pam_faillock.so.1\n',
  ),
  'takes a type with a dash for another one': make(
    '-auth required pam_faillock.so\nauth required pam_faillock.so\n',
    { ...FAILLOCK, moduleArguments: ['a'] },
    '-auth required pam_faillock.so\nauth required pam_faillock.so a\n',
  ),
  'takes a comment for no rule': make(
    '#auth required pam_faillock.so\nauth required pam_faillock.so\n',
    { ...FAILLOCK, state: 'absent' },
    '#auth required pam_faillock.so\n',
  ),
  'reads a rule over several lines, and writes it as one': make(
    'auth \\\n  required pam_faillock.so \\\n\tdeny=3\nauth required pam_unix.so # \\\nauth required pam_x.so\n',
    { ...FAILLOCK, moduleArguments: ['deny=4'] },
    'auth required pam_faillock.so deny=4\nauth required pam_unix.so # \\\nauth required pam_x.so\n',
    'pamd does not read them',
  ),
  'adds a rule before another one': make(
    `# first\n${RULE}`,
    { ...deny, moduleArguments: ['file=/etc/motd'] },
    `# first\nauth optional pam_echo.so file=/etc/motd\n${RULE}`,
  ),
  'leaves one that is before it, behind comments': make(
    `auth optional pam_echo.so a\n\n# lock\n${RULE}`,
    deny,
    `auth optional pam_echo.so a\n\n# lock\n${RULE}`,
  ),
  'gives a neighbour its arguments': make(
    `auth optional pam_echo.so a\n${RULE}`,
    { ...deny, moduleArguments: ['b'] },
    `auth optional pam_echo.so b\n${RULE}`,
    'pamd leaves them',
  ),
  'adds a rule before each, where another one is there': make(
    `auth optional pam_echo.so\nauth required pam_x.so\n${RULE}@include x\n${RULE}`,
    deny,
    `auth optional pam_echo.so\nauth required pam_x.so\nauth optional pam_echo.so\n${RULE}@include x\nauth optional pam_echo.so\n${RULE}`,
  ),
  'adds a rule after another one, written like it': make(
    'auth\trequired\t\tpam_faillock.so a\n# more\nauth required pam_x.so\n',
    { ...deny, state: 'after' },
    'auth\trequired\t\tpam_faillock.so a\nauth\toptional\t\tpam_echo.so\n# more\nauth required pam_x.so\n',
  ),
  'adds a rule after the last one': make(
    'auth required pam_faillock.so',
    { ...deny, state: 'after' },
    'auth required pam_faillock.so\nauth optional pam_echo.so\n',
  ),
  'leaves one that is after it': make(
    `${RULE}# c\nauth optional pam_echo.so\n`,
    { ...deny, state: 'after' },
    `${RULE}# c\nauth optional pam_echo.so\n`,
  ),
  'removes all rules that it finds': make(
    `${RULE}auth required pam_x.so\n${RULE}`,
    { ...FAILLOCK, state: 'absent' },
    'auth required pam_x.so\n',
  ),
  'has no rule to remove': make(COMMON, { ...FAILLOCK, state: 'absent' }, COMMON),
}
