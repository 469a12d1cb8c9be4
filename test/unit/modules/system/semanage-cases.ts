import type { Task } from '../../../../lib/core/task.ts'
import { seboolean, sefcontext, seport } from '../../../../lib/modules/index.ts'

export interface Case {
  /** One after the other: the last one is compared. */
  readonly tasks: readonly Task[]
  /** The changes of the last one, or what it fails with. */
  readonly says: readonly string[] | RegExp
  /** What semanage lists as set on the host afterwards. @default not looked at */
  readonly own?: readonly ['port' | 'fcontext' | 'boolean', string]
}

const web = { proto: 'tcp', setype: 'http_port_t' } as const
const site = { target: '/srv/www(/.*)?', setype: 'www_t' } as const
const label = (setype: string, path = '/srv/www(/.*)?', kind = 'all files'): string =>
  `${path} ${kind} system_u:object_r:${setype}:s0`

/** Behaviours of community.general.seport and sefcontext, and of ansible.posix.seboolean, with a policy that has little in it. */
export const CASES: Readonly<Record<string, Case>> = {
  'ports get a type': {
    tasks: [seport('it', { ports: [8888, '9100-9110'], ...web })],
    says: ['tcp 8888: absent → http_port_t', 'tcp 9100-9110: absent → http_port_t'],
    own: ['port', 'http_port_t tcp 9100-9110, 8888'],
  },
  'ports of the policy have their type': {
    tasks: [seport('it', { ports: [80, '9000-9010'], ...web })],
    says: [],
    own: ['port', ''],
  },
  'a port of the policy gets another type': {
    tasks: [seport('it', { ports: '22', ...web })],
    says: ['tcp 22: ssh_port_t → http_port_t'],
    own: ['port', 'http_port_t tcp 22'],
  },
  'a range is another entry than the ports in it': {
    tasks: [seport('it', { ports: 9001, ...web })],
    says: ['tcp 9001: absent → http_port_t'],
    own: ['port', 'http_port_t tcp 9001'],
  },
  'a type that was set is removed': {
    tasks: [
      seport('before', { ports: 8888, ...web }),
      seport('it', { ports: [8888, 8889], proto: 'tcp', state: 'absent' }),
    ],
    says: ['tcp 8888: http_port_t → absent'],
    own: ['port', ''],
  },
  'a port of the policy is not removed': {
    tasks: [seport('it', { ports: 80, proto: 'tcp', state: 'absent' })],
    says: /tcp 80 is http_port_t in the policy itself/,
  },
  'a type that is none of ports': {
    tasks: [seport('it', { ports: 8888, proto: 'udp', setype: 'www_t' })],
    says: /Type www_t is invalid, must be a port type/,
  },
  'files get a label': {
    tasks: [sefcontext('it', { ...site, reload: false })],
    says: ['/srv/www(/.*)? setype: absent → www_t'],
    own: ['fcontext', label('www_t')],
  },
  'files of one kind get a label': {
    tasks: [sefcontext('before', site), sefcontext('it', { ...site, setype: 'data_t', ftype: 'l' })],
    says: ['/srv/www(/.*)? setype: absent → data_t'],
    own: ['fcontext', `${label('www_t')} ${label('data_t', '/srv/www(/.*)?', 'symbolic link')}`],
  },
  'files of the policy get another label': {
    tasks: [sefcontext('it', { target: '/data(/.*)?', setype: 'www_t', seuser: 'system_u', selevel: 's0' })],
    says: ['/data(/.*)? setype: data_t → www_t'],
    own: ['fcontext', label('www_t', '/data(/.*)?')],
  },
  'the level alone': {
    tasks: [sefcontext('before', site), sefcontext('it', { ...site, selevel: 's0:c0' })],
    says: ['/srv/www(/.*)? selevel: s0 → s0:c0'],
    own: ['fcontext', `${label('www_t')}:c0`],
  },
  'a label that was set is removed': {
    tasks: [sefcontext('before', site), sefcontext('it', { target: site.target, state: 'absent' })],
    says: ['/srv/www(/.*)?: www_t → absent'],
    own: ['fcontext', ''],
  },
  'a label of the policy is not removed': {
    tasks: [sefcontext('it', { target: '/data(/.*)?', state: 'absent' })],
    says: /is data_t in the policy itself/,
  },
  'a boolean is set': {
    tasks: [seboolean('it', { name: 'may_read', state: true })],
    says: ['now: off → on', 'at boot: off → on'],
    own: ['boolean', 'may_read (on , on) Allow may to read'],
  },
  'a boolean is set already': { tasks: [seboolean('it', { name: 'may_not', state: true })], says: [] },
  'a boolean that the policy does not have': {
    tasks: [seboolean('it', { name: 'may_fly', state: true })],
    says: /has no boolean may_fly/,
  },
}

/** Refused before a host is asked. */
export const REFUSED: readonly (readonly [string, () => Task, RegExp])[] = [
  ['port 0', () => seport('it', { ports: 0, ...web }), /ports/],
  [
    'a range that ends before it begins',
    () => seport('it', { ports: '90-80', ...web }),
    /must be a port, or a range/,
  ],
  ['a list in a text', () => seport('it', { ports: '80,81', ...web }), /must be a port, or a range/],
  ['ports without a type', () => seport('it', { ports: 80, proto: 'tcp' }), /setype: is required/],
  ['a type that is an option', () => seport('it', { ports: 80, proto: 'tcp', setype: '-d' }), /setype/],
  ['a relative target', () => sefcontext('it', { target: 'srv', setype: 'www_t' }), /begins with a slash/],
  [
    'to label all anew',
    () => sefcontext('it', { target: '/.*', setype: 'www_t', restorecon: true }),
    /restorecon: would label the whole system/,
  ],
  ['a boolean that is an option', () => seboolean('it', { name: '-D', state: true }), /name/],
]
