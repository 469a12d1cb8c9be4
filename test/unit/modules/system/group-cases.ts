import type { UserGroupArgs } from '../../../../lib/modules/index.ts'
import { run } from '../driver.ts'
import type { Machine } from './machines.ts'

export interface GroupCase {
  /** Its line in /etc/group. */
  readonly before?: string
  readonly args: Omit<UserGroupArgs, 'name'>
  /** Its line afterwards; undefined where it is gone. */
  readonly line: RegExp | undefined
  /** What the tools of BusyBox cannot do. */
  readonly shadowOnly?: boolean
  readonly failed?: boolean
  /** What Ansible's module does instead, and for what ours differs on purpose. */
  readonly differs?: string
}

export const addGroup = (one: Machine, line: string) =>
  run(one.shell, { script: `echo '${line}' >>/etc/group` })

/** Behaviours of Ansible's `group`, in our words. */
export const CASES: Readonly<Record<string, GroupCase>> = {
  'a new group gets the next number': { args: {}, line: /^app:x:1000:$/ },
  'a new group gets the number that is asked for': { args: { gid: 4242 }, line: /^app:x:4242:$/ },
  'a new system group gets a number of their range': { args: { system: true }, line: /^app:x:997:$/ },
  'a group that is there stays as it is': {
    before: 'app:x:3000:daemon',
    args: {},
    line: /^app:x:3000:daemon$/,
  },
  'a group that is there with its number stays as it is': {
    before: 'app:x:3000:',
    args: { gid: 3000 },
    line: /^app:x:3000:$/,
  },
  'system says nothing of a group that is there': {
    before: 'app:x:3000:',
    args: { system: true },
    line: /^app:x:3000:$/,
  },
  'the number of a group changes': {
    before: 'app:x:3000:daemon',
    args: { gid: 3001 },
    line: /^app:x:3001:daemon$/,
    shadowOnly: true,
  },
  'a number that another group has is an error': { args: { gid: 50 }, line: undefined, failed: true },
  'a group goes': { before: 'app:x:3000:daemon', args: { state: 'absent' }, line: undefined },
  'a group that is not there is no change': { args: { state: 'absent' }, line: undefined },
  'a number says nothing of a group that is not to be there': {
    args: { state: 'absent', gid: 5 },
    line: undefined,
  },
}
