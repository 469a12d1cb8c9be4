import type { TemplateArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

/** `it` in the folder of the case. The templates are there too: `t.hbs` is ours, `t.j2` is Ansible's. */
type Args = Omit<TemplateArgs, 'dest' | 'src' | 'vars'> & { readonly dest?: string; readonly vars?: object }
type Rest = Omit<Case<Args>, 'args' | 'ansible' | 'before' | 'after'>

/** A template of ours and of Ansible, with the same vars, and what both make of it. */
function same(
  handlebars: string,
  jinja: string,
  vars: object,
  text: string,
  rest: Partial<Rest> = {},
): Case<Args> {
  const before = { 't.hbs': `644 ${handlebars}`, 't.j2': `644 ${jinja}` }
  const after = { ...before, it: `644 ${text}` }
  return { before, args: { vars }, ansible: { vars }, is: 'changed', after, ...rest }
}
const PLAIN = { 't.hbs': '644 good', 't.j2': '644 good' }
const people = { people: [{ name: 'a' }, { name: 'b' }] }

/** Behaviours of Ansible's `template`, in our words. */
export const CASES: Readonly<Record<string, Case<Args>>> = {
  'puts values in': same('Hi {{name}}\n', 'Hi {{ name }}\n', { name: 'you' }, 'Hi you\n'),
  'escapes nothing': same('{{x}}', '{{ x }}', { x: `<a & "b">'` }, `<a & "b">'`),
  'writes numbers': same('{{n}} {{m}}', '{{ n }} {{ m }}', { n: 0, m: 1.5 }, '0 1.5'),
  'writes truth values': same('{{a}}', '{{ a }}', { a: true }, 'true', {
    differs: 'it writes True, as Python does',
  }),
  'keeps a last line without an end': same('a', 'a', {}, 'a'),
  'keeps spaces and empty lines': same(' a \n\n\tb\n\n', ' a \n\n\tb\n\n', {}, ' a \n\n\tb\n\n'),
  'leaves no line of a condition': same(
    'a\n{{#if x}}\nb\n{{else}}\nc\n{{/if}}\nd\n',
    'a\n{% if x %}\nb\n{% else %}\nc\n{% endif %}\nd\n',
    { x: false },
    'a\nc\nd\n',
  ),
  'repeats a part': same(
    '{{#each people}}\n- {{name}}\n{{/each}}\n',
    '{% for one in people %}\n- {{ one.name }}\n{% endfor %}\n',
    people,
    '- a\n- b\n',
  ),
  'takes values of values': same('{{a.b}}', '{{ a.b }}', { a: { b: 'x' } }, 'x'),
  'leaves out comments': same('a{{! no }}b', 'a{# no #}b', {}, 'ab'),
  'writes characters of all kinds': same(
    '{{x}}',
    '{{ x }}',
    { x: 'ü→' },
    Buffer.from('ü→').toString('latin1'),
  ),
  'fails for a var that is not there': {
    before: { 't.hbs': '644 {{x}}', 't.j2': '644 {{ x }}' },
    args: {},
    ansible: {},
    is: 'failed',
  },
  'fails for what is no template': {
    before: { 't.hbs': '644 {{#if}', 't.j2': '644 {% if' },
    args: {},
    ansible: {},
    is: 'failed',
  },
  'fails without a template': { args: {}, ansible: {}, is: 'failed' },
  'leaves a file that is the same': { before: { ...PLAIN, it: '600 good' }, args: {}, ansible: {}, is: 'ok' },
  'changes a file, and keeps its mode': {
    before: { ...PLAIN, it: '600 old' },
    args: {},
    ansible: {},
    is: 'changed',
    after: { ...PLAIN, it: '600 good' },
  },
  'sets the mode, and keeps a backup': {
    before: { ...PLAIN, it: '644 old' },
    args: { mode: '0640', backup: true },
    ansible: { mode: '0640', backup: true },
    is: 'changed',
    after: { ...PLAIN, it: '640 good', 'it.TIME~': '644 old' },
  },
  'sets the owner': {
    before: PLAIN,
    args: { owner: 4711, group: 1 },
    ansible: { owner: '4711', group: '1' },
    is: 'changed',
    after: { ...PLAIN, it: '644@4711:1 good' },
    asRoot: true,
  },
  'takes what its validation accepts': {
    before: PLAIN,
    args: { validate: 'grep -q good %s' },
    ansible: { validate: 'grep -q good %s' },
    is: 'changed',
    after: { ...PLAIN, it: '644 good' },
  },
  'refuses what its validation refuses': {
    before: { ...PLAIN, it: '644 old' },
    args: { validate: 'grep -q bad %s' },
    ansible: { validate: 'grep -q bad %s' },
    is: 'failed',
  },
  'puts a file in the place of a link': {
    before: { ...PLAIN, to: '644 old', it: '-> to' },
    args: {},
    ansible: {},
    is: 'changed',
    after: { ...PLAIN, to: '644 old', it: '644 good' },
  },
  'refuses a directory in the place of the file': {
    before: { ...PLAIN, it: '755/' },
    args: {},
    ansible: {},
    is: 'failed',
    differs: 'the file goes into the directory, by the name of the template: dest is always the file here',
  },
  'fails where the directory is not there': {
    before: PLAIN,
    args: { dest: 'none/it' },
    ansible: { dest: 'none/it' },
    is: 'failed',
  },
}
