import type { AssertArgs, DebugArgs, FailArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

const yes = '1 == 1'
const no = '1 == 2'

/** Behaviours of Ansible's `assert`, in our words. Conditions are TypeScript here, and Jinja there. */
export const ASSERT: Readonly<Record<string, Case<AssertArgs>>> = {
  'is ok where it is true': { args: { that: true }, ansible: { that: yes }, is: 'ok' },
  'is ok where all is true': { args: { that: [true, true] }, ansible: { that: [yes, yes] }, is: 'ok' },
  'is ok where nothing is asked': { args: { that: [] }, ansible: { that: [] }, is: 'ok' },
  'fails where it is false': { args: { that: false }, ansible: { that: no }, is: 'failed' },
  'fails where one of several is false': {
    args: { that: [true, false, true] },
    ansible: { that: [yes, no, yes] },
    is: 'failed',
  },
  'fails with a message of its own': {
    args: { that: false, message: 'a message' },
    ansible: { that: no, fail_msg: 'a message' },
    is: 'failed',
    says: 'a message',
  },
  'says that all is well, in words of its own': {
    args: { that: true, successMessage: 'fine' },
    ansible: { that: yes, success_msg: 'fine' },
    is: 'ok',
    says: 'fine',
  },
  'names all that is false': {
    args: { that: { disk: false, memory: true, load: false } },
    ansible: { that: [no, yes, no] },
    is: 'failed',
    says: 'not true: disk, load',
    differs: 'it stops at the first condition that is false, and shows that alone',
  },
  'fails without a condition': {
    args: { that: {} },
    ansible: {},
    is: 'ok',
    differs: 'that is missing: TypeScript says so here, and no conditions by name are none',
  },
}

/** Behaviours of Ansible's `debug`, in our words. */
export const DEBUG: Readonly<Record<string, Case<DebugArgs>>> = {
  'shows a text': { args: { message: 'a text' }, ansible: { msg: 'a text' }, is: 'ok', says: 'a text' },
  'shows a text of several lines': {
    args: { message: 'a\n b' },
    ansible: { msg: 'a\n b' },
    is: 'ok',
    says: 'a\n b',
  },
  'shows a value': { args: { value: [1, 2] }, ansible: { var: '[1, 2]' }, is: 'ok' },
  'refuses a text and a value': {
    args: { message: 'a', value: 1 },
    ansible: { msg: 'a', var: '1' },
    is: 'failed',
  },
  'refuses nothing at all': {
    args: {},
    ansible: {},
    is: 'failed',
    differs: 'it shows "Hello world!"',
  },
  'shows at any verbosity': {
    args: { message: 'a' },
    ansible: { msg: 'a', verbosity: 1 },
    is: 'ok',
    says: 'a',
    differs: 'verbosity skips it: here show: false of the task needs -v',
  },
}

/** Behaviours of Ansible's `fail`, in our words. */
export const FAIL: Readonly<Record<string, Case<FailArgs>>> = {
  'fails with its message': { args: { message: 'no' }, ansible: { msg: 'no' }, is: 'failed', says: 'no' },
  'fails with an empty message': { args: { message: '' }, ansible: { msg: '' }, is: 'failed' },
}
