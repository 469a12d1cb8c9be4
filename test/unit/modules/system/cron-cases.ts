import type { CronArgs } from '../../../../lib/modules/index.ts'
import { behaviour, type Behaviour } from '../files/behaviours.ts'

/** With the user and the file of each case. */
type Args = Omit<CronArgs, 'cronFile' | 'user'>

/** Our arguments are Ansible's, but for the names of a few. */
function same(text: string | undefined, args: Args, becomes: string | undefined): Behaviour<Args> {
  const { specialTime, insertAfter, insertBefore, value, ...rest } = args
  const named = {
    special_time: specialTime,
    insertafter: insertAfter,
    insertbefore: insertBefore,
    job: value ?? args.job,
  }
  const given = Object.entries({ ...rest, ...named }).filter(([, one]) => one !== undefined)
  return behaviour(text, args, becomes, Object.fromEntries(given))
}

const other = (text: string | undefined, args: Args, becomes: string | undefined, differs: string) =>
  behaviour(text, args, becomes, { differs })

const A = '#run-playbook: a\n0 5 * * * root /bin/a\n'
const THEIRS = '#Ansible: a\n0 5 * * * root /bin/a\n'
const B = '#Ansible: b\n@daily root /bin/b\n'
const a = { name: 'a', minute: '0', hour: '5', job: '/bin/a' }
const path = { name: 'PATH', env: true, value: '/bin' }

/** Behaviours of Ansible's `cron` with `cron_file`, in our words. */
export const CASES: Readonly<Record<string, Behaviour<Args>>> = {
  'makes the file': same(undefined, a, A),
  'adds a job after others': same(B, a, B + A),
  'leaves a job of Ansible that is there': same(THEIRS, a, THEIRS),
  'leaves a job that is there': other(A, a, A, 'Ansible does not know our comment'),
  'changes the time': same(THEIRS, { ...a, hour: 6 }, THEIRS.replace(' 5 ', ' 6 ')),
  'changes the command': same(
    THEIRS + B,
    { ...a, job: 'x "y" \\%' },
    THEIRS.replace('/bin/a', 'x "y" \\%') + B,
  ),
  'takes every minute where no time is given': same(
    undefined,
    { name: 'a', job: 'x' },
    '#run-playbook: a\n* * * * * root x\n',
  ),
  'takes a time that has a name': same(
    undefined,
    { name: 'a', specialTime: 'reboot', job: 'x' },
    '#run-playbook: a\n@reboot root x\n',
  ),
  'takes all fields': same(
    undefined,
    { name: 'a', minute: '*/10', hour: '8-18', day: '1,15', month: 'jan', weekday: 'mon-fri', job: 'x' },
    '#run-playbook: a\n*/10 8-18 1,15 jan mon-fri root x\n',
  ),
  'comments a job out': same(THEIRS, { ...a, disabled: true }, THEIRS.replace('0 5', '#0 5')),
  'leaves a job that is commented out': same(
    THEIRS.replace('0 5', '#0 5'),
    { ...a, disabled: true },
    THEIRS.replace('0 5', '#0 5'),
  ),
  'takes the comment away again': same(THEIRS.replace('0 5', '#0 5'), a, THEIRS),
  'marks a line that is the wanted one': same('x\n0 5 * * * root /bin/a\n', a, `x\n${A}`),
  'removes a job with its comment': same(THEIRS + B, { name: 'a', state: 'absent' }, B),
  'removes a job that is commented out': same(
    B + THEIRS.replace('0 5', '#0 5'),
    { name: 'a', state: 'absent' },
    B,
  ),
  'removes the file with its last job': same(THEIRS, { name: 'a', state: 'absent' }, undefined),
  'removes the file where only empty lines are left': same(
    `\n${THEIRS}\n`,
    { name: 'a', state: 'absent' },
    undefined,
  ),
  'leaves a file in which a job is absent': same(B, { name: 'a', state: 'absent' }, B),
  'makes no file for an absent job': same(undefined, { name: 'a', state: 'absent' }, undefined),
  'takes the whole name': same(
    B,
    { name: 'b2', minute: 1, job: 'x' },
    `${B}#run-playbook: b2\n1 * * * * root x\n`,
  ),
  'takes a name as it is written': same(
    '#Ansible: axb\n1 * * * * root y\n',
    { name: 'a.b', minute: 1, job: 'x' },
    '#Ansible: axb\n1 * * * * root y\n#run-playbook: a.b\n1 * * * * root x\n',
  ),
  'leaves comments and empty lines': same(
    `# mine\n\n${THEIRS}\n# end\n`,
    { ...a, hour: 6 },
    `# mine\n\n${THEIRS.replace(' 5 ', ' 6 ')}\n# end\n`,
  ),
  'ends the last line': same(THEIRS.trimEnd(), a, THEIRS),
  'ends the last line of others': same(`${THEIRS}# end`, a, `${THEIRS}# end\n`),
  'ends it also for an absent job': same(B.trimEnd(), { name: 'a', state: 'absent' }, B),
  'sets a variable at the top': same(B, path, `PATH="/bin"\n${B}`),
  'leaves a variable that is there': same(`PATH="/bin"\n${B}`, path, `PATH="/bin"\n${B}`),
  'changes a variable': same(`PATH=/usr/bin\n${B}`, path, `PATH="/bin"\n${B}`),
  'puts a variable below another one': same(
    `A="1"\nC="3"\n${B}`,
    { ...path, insertAfter: 'A' },
    `A="1"\nPATH="/bin"\nC="3"\n${B}`,
  ),
  'puts a variable above another one': same(
    `A="1"\nC="3"\n`,
    { ...path, insertBefore: 'C' },
    `A="1"\nPATH="/bin"\nC="3"\n`,
  ),
  'leaves a variable where it is': same(
    `PATH="/bin"\nA="1"\n`,
    { ...path, insertAfter: 'A' },
    `PATH="/bin"\nA="1"\n`,
  ),
  'removes a variable': same(`PATH=/bin\n${B}`, { name: 'PATH', env: true, state: 'absent' }, B),
  'leaves variables whose name is longer': same(
    `XPATH=1\nPATHS=2\n`,
    { name: 'PATH', env: true, state: 'absent' },
    `XPATH=1\nPATHS=2\n`,
  ),
  'removes a file without variables': other(
    'PATH=/bin\n',
    { name: 'PATH', env: true, state: 'absent' },
    undefined,
    'Ansible leaves an empty file',
  ),
  'finds a variable with spaces or quotes around its name': other(
    `"PATH" = /usr/bin\n`,
    path,
    'PATH="/bin"\n',
    'Ansible adds another one at the top, which the old one overrides',
  ),
  'puts a value with double quotes into single ones': other(
    undefined,
    { name: 'A', env: true, value: 'say "x"' },
    `A='say "x"'\n`,
    'Ansible writes a line that cron takes for a job',
  ),
  'leaves a job once that is there twice': other(
    `${THEIRS}${B}#Ansible: a\n1 1 * * * root /bin/old\n`,
    a,
    THEIRS + B,
    'Ansible leaves the second one, which runs as well',
  ),
  'adds the job after a comment that lost it': other(
    `#Ansible: a\n${B}`,
    a,
    B + A,
    'Ansible takes the next comment for the job, and removes it',
  ),
  'leaves a variable after a comment that lost its job': other(
    '#Ansible: a\nPATH=/bin\n',
    a,
    `PATH=/bin\n${A}`,
    'Ansible writes the job over the variable',
  ),
  'leaves what follows such a comment': other(
    '#Ansible: a\nPATH=/bin\n',
    { name: 'a', state: 'absent' },
    'PATH=/bin\n',
    'Ansible removes the variable',
  ),
  'keeps line ends of Windows': other(
    B.replaceAll('\n', '\r\n'),
    a,
    (B + A).replaceAll('\n', '\r\n'),
    'Ansible writes those of Unix',
  ),
}
