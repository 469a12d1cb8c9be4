import type { UfwArgs } from '../../../../lib/modules/index.ts'

export interface Case {
  /** Commands of ufw that are run before. */
  readonly before?: readonly string[]
  readonly args: UfwArgs
  /** What `ufw show added` says then, without `ufw` before each line. */
  readonly becomes: readonly string[]
  /** @default true */
  readonly changed?: boolean
}

const SSH = 'allow 22/tcp'

/** Behaviours of Ansible's `community.general.ufw`, which is not in ansible-core, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'adds a rule for IPv4 and IPv6': { args: { rule: 'allow', toPort: 22, proto: 'tcp' }, becomes: [SSH] },
  'leaves a rule that is there': {
    before: ['allow 22/tcp'],
    args: { rule: 'allow', toPort: '22', proto: 'tcp' },
    becomes: [SSH],
    changed: false,
  },
  'adds what IPv6 has not': {
    before: ['allow 22/tcp', 'delete allow 22/tcp', 'allow proto tcp from 0.0.0.0/0 to any port 22'],
    args: { rule: 'allow', toPort: 22, proto: 'tcp' },
    becomes: [SSH],
  },
  'replaces what the rule does, where it stands': {
    before: ['allow 22/tcp', 'allow 80'],
    args: { rule: 'limit', toPort: 22, proto: 'tcp' },
    becomes: ['limit 22/tcp', 'allow 80'],
  },
  'adds a comment': {
    before: ['allow 22/tcp', 'allow 80'],
    args: { rule: 'allow', toPort: 22, proto: 'tcp', comment: 'for the $(operators) of "x"' },
    becomes: [`${SSH} comment 'for the $(operators) of "x"'`, 'allow 80'],
  },
  'takes a comment away that is not given': {
    before: ["allow 22/tcp comment 'x'"],
    args: { rule: 'allow', toPort: 22, proto: 'tcp' },
    becomes: [SSH],
  },
  'sorts ports': {
    args: { rule: 'allow', toPort: '443,80,8000:8010', proto: 'tcp' },
    becomes: ['allow 80,443,8000:8010/tcp'],
  },
  'takes an IPv4 network from any of its addresses': {
    args: { rule: 'deny', from: '10.1.2.3/9', toPort: 5432, proto: 'tcp' },
    becomes: ['deny from 10.0.0.0/9 to any port 5432 proto tcp'],
  },
  'takes an address with a whole prefix': {
    before: ['allow from 10.1.2.3'],
    args: { rule: 'allow', from: '10.1.2.3/32' },
    becomes: ['allow from 10.1.2.3'],
    changed: false,
  },
  'takes an IPv6 address in any spelling': {
    before: ['allow from 2001:db8::1'],
    args: { rule: 'allow', from: '2001:DB8:0:0::1/128' },
    becomes: ['allow from 2001:db8::1'],
    changed: false,
  },
  'adds a rule for an IPv6 network': {
    args: { rule: 'reject', to: '2001:db8::1/64', toPort: 25 },
    becomes: ['reject to 2001:db8::1/64 port 25'],
  },
  'adds a rule with a source port': {
    args: { rule: 'allow', from: '10.0.0.1', fromPort: '1000:2000', to: '10.0.0.2', proto: 'udp' },
    becomes: ['allow from 10.0.0.1 port 1000:2000 to 10.0.0.2 proto udp'],
  },
  'adds a rule for outgoing packets': {
    args: { rule: 'deny', direction: 'out', toPort: 25, proto: 'tcp' },
    becomes: ['deny out 25/tcp'],
  },
  'tells directions apart': {
    before: ['deny 25/tcp'],
    args: { rule: 'deny', direction: 'out', toPort: 25, proto: 'tcp' },
    becomes: ['deny 25/tcp', 'deny out 25/tcp'],
  },
  'adds a rule for an interface': {
    args: { rule: 'allow', interface: 'eth0.5', toPort: 53 },
    becomes: ['allow in on eth0.5 to any port 53'],
  },
  'adds a rule for an interface that packets go out by': {
    args: { rule: 'deny', direction: 'out', interface: 'eth1', to: '10.0.0.0/8' },
    becomes: ['deny out on eth1 to 10.0.0.0/8'],
  },
  'adds a rule for packets that are forwarded': {
    args: { rule: 'allow', route: true, interfaceIn: 'eth0', interfaceOut: 'eth1', toPort: 80, proto: 'tcp' },
    becomes: ['route allow in on eth0 out on eth1 to any port 80 proto tcp'],
  },
  'adds one for forwarded packets without interfaces, and with one': {
    before: ['route allow from 10.0.0.1'],
    args: { rule: 'deny', route: true, interfaceOut: 'eth1', from: '10.0.0.1' },
    becomes: ['route allow from 10.0.0.1', 'route deny out on eth1 from 10.0.0.1'],
  },
  'adds a rule that logs': {
    args: { rule: 'allow', toPort: 22, proto: 'tcp', log: true },
    becomes: ['allow log 22/tcp'],
  },
  'adds a rule that logs all packets by an interface': {
    args: { rule: 'deny', interfaceIn: 'eth0', log: 'all' },
    becomes: ['deny in on eth0 log-all'],
  },
  'adds a rule for a protocol without ports': {
    args: { rule: 'allow', proto: 'esp', from: '10.0.0.1' },
    becomes: ['allow from 10.0.0.1 proto esp'],
  },
  'adds a rule for a protocol of IPv4 alone': {
    args: { rule: 'allow', proto: 'igmp' },
    becomes: ['allow to any proto igmp'],
  },
  'adds a rule for a profile': {
    args: { rule: 'allow', app: 'OpenSSH', from: '10.0.0.1' },
    becomes: ['allow from 10.0.0.1 to any app OpenSSH'],
  },
  'leaves a rule for a profile': {
    before: ['allow OpenSSH'],
    args: { rule: 'allow', app: 'OpenSSH' },
    becomes: ['allow OpenSSH'],
    changed: false,
  },
  'inserts a rule': {
    before: ['allow 80', 'allow 81'],
    args: { rule: 'deny', from: '10.0.0.1', insert: 1 },
    becomes: ['deny from 10.0.0.1', 'allow 80', 'allow 81'],
  },
  'does not move a rule': {
    before: ['allow 80', 'deny from 10.0.0.1'],
    args: { rule: 'deny', from: '10.0.0.1', insert: 1 },
    becomes: ['allow 80', 'deny from 10.0.0.1'],
    changed: false,
  },
  'removes a rule, whatever its comment': {
    before: ["allow 22/tcp comment 'x'", 'allow 80'],
    args: { rule: 'allow', toPort: 22, proto: 'tcp', delete: true },
    becomes: ['allow 80'],
  },
  'does not remove a rule that does something else': {
    before: ['deny 22/tcp'],
    args: { rule: 'allow', toPort: 22, proto: 'tcp', delete: true },
    becomes: ['deny 22/tcp'],
    changed: false,
  },
  'removes a rule for a profile': {
    before: ['allow OpenSSH'],
    args: { rule: 'allow', app: 'OpenSSH', delete: true },
    becomes: [],
  },
}
