import { Secret } from '../../../../lib/core/secret.ts'
import type { UserArgs } from '../../../../lib/modules/system/user/args.ts'

export const HASH =
  '$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/'
export const password = new Secret('app', HASH)

export interface UserCase {
  /** Lines of /etc/passwd, and of /etc/shadow and /etc/group for the user. */
  readonly before?: { readonly passwd: string; readonly shadow?: string; readonly groups?: readonly string[] }
  readonly args: Omit<UserArgs, 'name'>
  /** Its line afterwards; undefined where it is gone. */
  readonly line: RegExp | undefined
  readonly groups?: string
  readonly shadow?: RegExp
  readonly changes?: boolean
  readonly failed?: boolean
  /** What the tools of BusyBox cannot do. */
  readonly shadowOnly?: boolean
  /** What Ansible's module does instead, and for what ours differs on purpose. */
  readonly differs?: string
  /** The first Ansible that has an argument for it. */
  readonly since?: string
}

export const APP = {
  passwd: 'app:x:1500:100:the app:/home/app:/bin/sh',
  shadow: `app:${HASH}:19000:0:99999:7:::`,
}
const IN_STAFF = { ...APP, groups: ['staff'] }

/** Behaviours of Ansible's `user`, in our words. */
export const CASES: Readonly<Record<string, UserCase>> = {
  'a new user has a group of its own with its number': { args: {}, line: /^app:x:1000:1000::\/home\/app:/ },
  'a new user gets what is asked for': {
    args: { uid: 1234, group: 'staff', comment: 'The App, Ltd', home: '/srv/app', shell: '/bin/false' },
    line: /^app:x:1234:50:The App, Ltd:\/srv\/app:\/bin\/false$/,
  },
  'a new user cannot log in with a password': { args: {}, line: /^app:/, shadow: /^app:!!?:/ },
  'a new system user gets a number of their range': {
    args: { system: true },
    line: /^app:x:997:997:/,
    differs: 'its number may be above those of groups: here user and group have one that is free in both',
  },
  'a new user is in the groups that are named': {
    args: { groups: ['staff', 'docker'] },
    line: /^app:/,
    groups: 'docker staff',
  },
  'a new user has the password of the hash': {
    args: { password },
    line: /^app:/,
    shadow: /^app:\$6\$saltsalt\$qFm/,
  },
  'a new user may have its password locked': {
    args: { password, passwordLock: true },
    line: /^app:/,
    shadow: /^app:!\$6\$/,
  },
  'a new user may expire': {
    args: { expires: '2030-01-02' },
    line: /^app:/,
    shadow: /:21916:$/,
    shadowOnly: true,
  },
  'a user that is there stays as it is': {
    before: APP,
    args: { createHome: false },
    line: /^app:x:1500:100:the app:/,
    changes: false,
  },
  'system says nothing of a user that is there': {
    before: APP,
    args: { system: true, createHome: false },
    line: /1500/,
    changes: false,
  },
  'shell, comment and home of a user change': {
    before: APP,
    args: { shell: '/bin/bash', comment: 'other', home: '/srv/app', createHome: false },
    line: /^app:x:1500:100:other:\/srv\/app:\/bin\/bash$/,
    shadowOnly: true,
  },
  'the comment of a user may become empty': {
    before: APP,
    args: { comment: '', createHome: false },
    line: /^app:x:1500:100::/,
    shadowOnly: true,
  },
  'the number of a user changes': {
    before: APP,
    args: { uid: 1501 },
    line: /^app:x:1501:100:/,
    shadowOnly: true,
  },
  'the primary group of a user changes': {
    before: APP,
    args: { group: 'staff' },
    line: /^app:x:1500:50:/,
    shadowOnly: true,
  },
  'groups are the whole list': {
    before: IN_STAFF,
    args: { groups: ['docker'] },
    line: /^app:/,
    groups: 'docker',
  },
  'with append it stays in its groups': {
    before: IN_STAFF,
    args: { groups: ['docker'], append: true },
    line: /^app:/,
    groups: 'docker staff',
  },
  'with append a group that it is in is no change': {
    before: IN_STAFF,
    args: { groups: ['staff'], append: true, createHome: false },
    line: /^app:/,
    groups: 'staff',
    changes: false,
  },
  'no groups leaves all of them': { before: IN_STAFF, args: { groups: [] }, line: /^app:/, groups: '' },
  'without groups it stays in them': {
    before: IN_STAFF,
    args: { createHome: false },
    line: /^app:/,
    groups: 'staff',
    changes: false,
  },
  'the password changes': {
    before: { ...APP, shadow: 'app:$6$old$hash:19000:0:99999:7:::' },
    args: { password, createHome: false },
    line: /^app:/,
    shadow: /^app:\$6\$saltsalt\$/,
  },
  'the password that it has is no change': {
    before: APP,
    args: { password, createHome: false },
    line: /^app:/,
    changes: false,
  },
  'a lock of the password that it has is no change': {
    before: { ...APP, shadow: `app:!${HASH}:19000:0:99999:7:::` },
    args: { password, createHome: false },
    line: /^app:/,
    shadow: /^app:!\$6/,
    changes: false,
  },
  'on-create leaves the password of a user that is there': {
    before: { ...APP, shadow: 'app:$6$old$hash:19000:0:99999:7:::' },
    args: { password, updatePassword: 'on-create', createHome: false },
    line: /^app:/,
    shadow: /^app:\$6\$old/,
    changes: false,
  },
  'the password is locked': { before: APP, args: { passwordLock: true }, line: /^app:/, shadow: /^app:!\$6/ },
  'the password is unlocked': {
    before: { ...APP, shadow: `app:!${HASH}:19000:0:99999:7:::` },
    args: { passwordLock: false },
    line: /^app:/,
    shadow: /^app:\$6/,
  },
  'a user expires': {
    before: APP,
    args: { expires: '2030-01-02' },
    line: /^app:/,
    shadow: /:21916:$/,
    shadowOnly: true,
  },
  'a user never expires': {
    before: { ...APP, shadow: `app:${HASH}:19000:0:99999:7::21916:` },
    args: { expires: 'never' },
    line: /^app:/,
    shadow: /:7:::$/,
    shadowOnly: true,
  },
  'the password of a user ages': {
    before: APP,
    args: { passwordExpireMin: 7, passwordExpireMax: 60, passwordExpireWarn: 14 },
    since: '2.16',
    line: /^app:/,
    shadow: /:19000:7:60:14:::$/,
    shadowOnly: true,
  },
  'the password of a user has to be changed later, and the rest of its age stays': {
    before: { ...APP, shadow: `app:${HASH}:19000:3:60:5:::` },
    args: { passwordExpireMax: 90 },
    line: /^app:/,
    shadow: /:19000:3:90:5:::$/,
    shadowOnly: true,
  },
  'the password of a user never ages': {
    before: { ...APP, shadow: `app:${HASH}:19000:7:60:7:::` },
    args: { passwordExpireMax: -1 },
    line: /^app:/,
    shadow: /:19000:7::7:::$|:19000:7:-1:7:::$/,
    shadowOnly: true,
  },
  'the password of a user has its age already': {
    before: { ...APP, shadow: `app:${HASH}:19000:7:60:7:::` },
    args: { passwordExpireMin: 7, passwordExpireMax: 60, passwordExpireWarn: 7, createHome: false },
    since: '2.16',
    line: /^app:/,
    changes: false,
  },
  'the password of a new user ages': {
    args: { passwordExpireMax: 60 },
    line: /^app:/,
    shadow: /^app:!!?:\d*:\d*:60:/,
    shadowOnly: true,
  },
  'a new user may have its own group with another number': {
    args: { uid: 1234 },
    line: /^app:x:1234:1234:/,
  },
  'a group that is not there is an error': {
    args: { group: 'none' },
    line: undefined,
    failed: true,
  },
  'another group that is not there is an error': {
    args: { groups: ['none'] },
    line: undefined,
    failed: true,
  },
  'a number that another user has is an error': { args: { uid: 1 }, line: undefined, failed: true },
  'a password is locked of a user that has none': {
    before: { ...APP, shadow: 'app:*:19000:0:99999:7:::' },
    args: { passwordLock: true, createHome: false },
    line: /^app:/,
    shadow: /^app:!\*:/,
  },
  'the day that it expires on is no change': {
    before: { ...APP, shadow: `app:${HASH}:19000:0:99999:7::21916:` },
    args: { expires: '2030-01-02', createHome: false },
    line: /^app:/,
    changes: false,
  },
  'a user that never expires is no change': {
    before: APP,
    args: { expires: 'never', createHome: false },
    line: /^app:/,
    changes: false,
  },
  'a home folder that is not there is made': { before: APP, args: {}, line: /^app:/ },
  'a user goes': { before: IN_STAFF, args: { state: 'absent' }, line: undefined, groups: '' },
  'a user that is not there is no change': {
    args: { state: 'absent', removeHome: true },
    line: undefined,
    changes: false,
  },
}
