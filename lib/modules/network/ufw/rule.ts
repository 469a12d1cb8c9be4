import { isIP } from 'node:net'
import type { UfwArgs } from './args.ts'

const ANY = { 4: '0.0.0.0/0', 6: '::/0' } as const
type Version = keyof typeof ANY

/** A rule as ufw keeps it, in its parts. */
export interface UfwRule {
  readonly route: boolean
  /** With what is logged: `allow_log`. */
  readonly action: string
  readonly proto: string
  readonly toPort: string
  readonly to: string
  readonly fromPort: string
  readonly from: string
  /** The profiles of the destination and the source; empty where there is none. */
  readonly apps: string
  /** `in`, `in_eth0`, `in_eth0!out_eth1` … */
  readonly interfaces: string
  /** In hex digits. */
  readonly comment: string
}

/** The parts of a line. */
export function parseRule(text: string): UfwRule {
  const words = text.split(/ +/)
  const comment = words.find((word) => word.startsWith('comment='))?.slice('comment='.length) ?? ''
  const [action = '', proto = '', toPort = '', to = '', fromPort = '', from = '', ...rest] = words.filter(
    (word) => !word.startsWith('comment='),
  )
  const interfaces = rest.at(-1) ?? ''
  const route = action.startsWith('route:')
  return {
    route,
    action: route ? action.slice('route:'.length) : action,
    proto,
    toPort,
    to,
    fromPort,
    from,
    apps: rest.slice(0, -1).join(' '),
    interfaces,
    comment,
  }
}

/** The line of a rule. */
export const ruleText = (rule: UfwRule): string =>
  [
    `${rule.route ? 'route:' : ''}${rule.action}`,
    rule.proto,
    rule.toPort,
    rule.to,
    rule.fromPort,
    rule.from,
    ...(rule.apps === '' ? [] : [rule.apps]),
    rule.interfaces,
    ...(rule.comment === '' ? [] : [`comment=${rule.comment}`]),
  ].join(' ')

/** The kinds of addresses that the rule is about. */
export function versionsOf({ from, to, proto }: UfwArgs): readonly Version[] {
  const kind = [from, to].map((text = '') => isIP(text.split('/')[0] ?? '')).find((one) => one !== 0)
  if (kind === 6) return [6]
  return kind === 4 || proto === 'ipv6' || proto === 'igmp' ? [4] : [4, 6]
}

/** The rule that the arguments mean, as ufw would keep it. */
export function wantedRule(given: UfwArgs, version: Version): UfwRule {
  const { rule = 'allow', route = false, proto = 'any', log = false, app, comment = '' } = given
  return {
    route,
    action: log === false ? rule : `${rule}_${log === true ? 'log' : 'log-all'}`,
    proto,
    toPort: sorted(given.toPort),
    to: normal(given.to, version),
    fromPort: sorted(given.fromPort),
    from: normal(given.from, version),
    apps: app === undefined ? '' : `${app.replaceAll(' ', '%20')} -`,
    interfaces: interfacesOf(given),
    comment: Buffer.from(comment).toString('hex'),
  }
}

function interfacesOf({ direction, interface: own, interfaceIn, interfaceOut }: UfwArgs): string {
  if (interfaceIn !== undefined && interfaceOut !== undefined) return `in_${interfaceIn}!out_${interfaceOut}`
  const way = direction ?? (interfaceOut === undefined ? 'in' : 'out')
  const name = own ?? interfaceIn ?? interfaceOut
  return name === undefined ? way : `${way}_${name}`
}

const sorted = (ports: string | number | undefined): string =>
  ports === undefined
    ? 'any'
    : String(ports)
        .split(',')
        .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
        .join(',')

function normal(given: string | undefined, version: Version): string {
  if (given === undefined || given === 'any') return ANY[version]
  const [address = '', prefix = ''] = given.split('/')
  const whole = prefix === '' || Number(prefix) === (version === 4 ? 32 : 128)
  if (version === 6) return new URL(`http://[${address}]`).hostname.slice(1, -1) + (whole ? '' : `/${prefix}`)
  return whole ? address : `${network(address, Number(prefix))}/${prefix}`
}

function network(address: string, prefix: number): string {
  const bytes = address.split('.').map(Number)
  return bytes
    .map((byte, i) => {
      const bits = Math.min(8, Math.max(0, prefix - 8 * i))
      return byte & (0xff << (8 - bits)) & 0xff
    })
    .join('.')
}

/** Whether two rules are about the same packets, whatever they do with them. Ports of a profile are those of the profile. */
export function sameRule(one: UfwRule, other: UfwRule): boolean {
  const about = ({ action: _action, comment: _comment, ...rule }: UfwRule): unknown =>
    rule.apps === '' ? rule : { ...rule, proto: '', toPort: '' }
  return JSON.stringify(about(one)) === JSON.stringify(about(other))
}

/** The words of the command that adds or removes the rule. */
export function ruleWords(given: UfwArgs): string[] {
  const { rule = 'allow', route = false, insert, log = false, proto = 'any', app, comment } = given
  const [first = 'in', second] = interfacesOf(given).split('!')
  const way = (text: string): string[] => {
    const at = text.indexOf('_')
    return at < 0 ? (text === 'in' || route ? [] : [text]) : [text.slice(0, at), 'on', text.slice(at + 1)]
  }
  return [
    ...(route ? ['route'] : []),
    ...(given.delete === true ? ['delete'] : []),
    ...(insert === undefined ? [] : ['insert', String(insert)]),
    rule,
    ...way(first),
    ...(second === undefined ? [] : way(second)),
    ...(log === false ? [] : [log === true ? 'log' : 'log-all']),
    ...(proto === 'any' ? [] : ['proto', proto]),
    'from',
    given.from ?? 'any',
    ...(given.fromPort === undefined ? [] : ['port', String(given.fromPort)]),
    'to',
    given.to ?? 'any',
    ...(given.toPort === undefined ? [] : ['port', String(given.toPort)]),
    ...(app === undefined ? [] : ['app', app]),
    ...(comment === undefined || given.delete === true ? [] : ['comment', comment]),
  ]
}
