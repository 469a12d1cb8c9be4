import type { AclArgs } from '../../../../lib/modules/index.ts'

export interface Case {
  readonly on: 'file' | 'directory'
  /** The list before, as setfacl takes it. */
  readonly has?: string
  readonly args: Omit<AclArgs, 'path'>
  /** What is reported, or what it fails with. */
  readonly says: readonly string[] | RegExp
  /** The mode afterwards. */
  readonly mode?: string
}

/** Behaviours of ansible.posix.acl: a file has mode 0640 before, a directory 0750. */
export const CASES: Readonly<Record<string, Case>> = {
  'the first user brings a mask': {
    on: 'file',
    args: { etype: 'user', entity: 'nobody', permissions: 'rw' },
    says: ['user nobody: absent → rw-', 'mask: absent → rw-'],
    mode: '0660',
  },
  'a user by number': {
    on: 'file',
    args: { etype: 'user', entity: 4711, permissions: 'r' },
    says: ['user 4711: absent → r--', 'mask: absent → r--'],
    mode: '0640',
  },
  'other permissions': {
    on: 'file',
    has: 'u:nobody:r',
    args: { etype: 'user', entity: 'nobody', permissions: 'rw' },
    says: ['user nobody: r-- → rw-', 'mask: r-- → rw-'],
    mode: '0660',
  },
  'what is there already': {
    on: 'file',
    has: 'u:nobody:rw',
    args: { etype: 'user', entity: 'nobody', permissions: 'rw' },
    says: [],
    mode: '0660',
  },
  'a mask that hides the entry': {
    on: 'file',
    has: 'u:nobody:rw,m::r',
    args: { etype: 'user', entity: 'nobody', permissions: 'rw' },
    says: ['mask: r-- → rw-'],
    mode: '0660',
  },
  'a mask that stays': {
    on: 'file',
    has: 'u:nobody:r,m::r',
    args: { etype: 'user', entity: 'nobody', permissions: 'rw', recalculateMask: false },
    says: ['user nobody: r-- → rw-'],
    mode: '0640',
  },
  'the mask itself': {
    on: 'file',
    has: 'u:nobody:rw',
    args: { etype: 'mask', permissions: 'r' },
    says: ['mask: rw- → r--'],
    mode: '0640',
  },
  'a group': {
    on: 'directory',
    args: { etype: 'group', entity: 'games', permissions: 'rwx' },
    says: ['group games: absent → rwx', 'mask: absent → rwx'],
    mode: '0770',
  },
  'the owner, the group and others are the mode': {
    on: 'file',
    args: { etype: 'other', permissions: 'r' },
    says: ['other: --- → r--'],
    mode: '0644',
  },
  'no permissions at all': {
    on: 'file',
    args: { etype: 'group', permissions: '-' },
    says: ['group: r-- → ---'],
    mode: '0600',
  },
  'X of a file that nobody executes': {
    on: 'file',
    args: { etype: 'user', entity: 'nobody', permissions: 'rX' },
    says: ['user nobody: absent → r--', 'mask: absent → r--'],
  },
  'X of a directory': {
    on: 'directory',
    args: { etype: 'user', entity: 'nobody', permissions: 'rX' },
    says: ['user nobody: absent → r-x', 'mask: absent → r-x'],
  },
  'a default entry brings those that a list needs': {
    on: 'directory',
    args: { etype: 'user', entity: 'nobody', permissions: 'r', default: true },
    says: [
      'default user nobody: absent → r--',
      'default user: absent → rwx',
      'default group: absent → r-x',
      'default other: absent → ---',
      'default mask: absent → r-x',
    ],
    mode: '0750',
  },
  'a default entry of a file': {
    on: 'file',
    args: { etype: 'user', entity: 'nobody', permissions: 'r', default: true },
    says: /only directories have default entries/,
  },
  'an entry that goes': {
    on: 'file',
    has: 'u:nobody:rw',
    args: { etype: 'user', entity: 'nobody', state: 'absent' },
    says: ['user nobody: rw- → absent', 'mask: rw- → r--'],
    mode: '0640',
  },
  'an entry that is not there': {
    on: 'file',
    has: 'u:nobody:rw',
    args: { etype: 'user', entity: 'daemon', state: 'absent' },
    says: [],
    mode: '0660',
  },
  'a default entry that goes': {
    on: 'directory',
    has: 'd:u:nobody:r,u:nobody:r',
    args: { etype: 'user', entity: 'nobody', state: 'absent', default: true },
    says: ['default user nobody: r-- → absent'],
  },
  'a mask that is needed': {
    on: 'file',
    has: 'u:nobody:r',
    args: { etype: 'mask', state: 'absent' },
    says: /the mask of \S+ cannot be removed while users or groups have entries/,
  },
  'a mask that nothing needs': {
    on: 'file',
    has: 'm::rw',
    args: { etype: 'mask', state: 'absent' },
    says: ['mask: rw- → absent'],
    mode: '0640',
  },
  'a user that the host does not have': {
    on: 'file',
    args: { etype: 'user', entity: 'no-such-user', permissions: 'r' },
    says: /there is no user no-such-user on the host/,
  },
}
