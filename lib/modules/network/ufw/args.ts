import { isIP } from 'node:net'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

const isPorts = (text: string): boolean =>
  text.split(/[,:]/).length <= 15 &&
  text.split(',').every((part) => {
    const [from = '', to, ...more] = part.split(':')
    return (
      more.length === 0 && isPort(from) && (to === undefined || (isPort(to) && Number(from) < Number(to)))
    )
  })

const ports = z.union([
  z.int().min(1).max(65_535),
  z
    .string()
    .refine(isPorts, 'must be a port, a range such as 6000:6007, or several with commas between them'),
])

function isAddress(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return false
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits)
}

const address = z
  .string()
  .refine((text) => text === 'any' || isAddress(text), 'must be an IPv4 or IPv6 address or network, or any')

const networkInterface = z
  .string()
  .regex(/^[\w.+,=%@-]{1,15}$/, 'must be the name of an interface')
  .refine((name) => !/^(-.*|\.\.?)$/.test(name), 'must be the name of an interface')

const policy = z.enum(['allow', 'deny', 'reject'])

const shape = {
  /** `enabled` now and at each boot; `disabled`; `reloaded`, each time, if it is enabled; `reset` disables it and removes all rules. */
  state: z.enum(['enabled', 'disabled', 'reloaded', 'reset']).optional(),
  /** What happens to packets that no rule is about, by their direction. One that is left out stays as it is. */
  defaults: z
    .strictObject({
      incoming: policy.optional(),
      outgoing: policy.optional(),
      routed: policy.optional(),
    })
    .optional(),
  /** What is logged. `on` is `low` where it is off, and leaves another level. */
  logging: z.enum(['off', 'on', 'low', 'medium', 'high', 'full']).optional(),
  /** What a rule does with packets. `limit` lets in six connections of an address in 30 seconds. */
  rule: z.enum(['allow', 'deny', 'reject', 'limit']).optional(),
  /** Direction of the packets. @default 'in' */
  direction: z.enum(['in', 'out']).optional(),
  /** The rule is about packets that the host forwards. @default false */
  route: z.boolean().optional(),
  /** Where packets come from. @default 'any' */
  from: address.optional(),
  /** Port that packets come from. @default any */
  fromPort: ports.optional(),
  /** Where packets go to. @default 'any' */
  to: address.optional(),
  /** Port that packets go to: 22, `'80,443'` or `'6000:6007'`. Several need `proto`. @default any */
  toPort: ports.optional(),
  /** @default 'any' */
  proto: z.enum(['any', 'tcp', 'udp', 'ipv6', 'esp', 'ah', 'gre', 'igmp']).optional(),
  /** An application profile of the host, such as `OpenSSH`, instead of `toPort` and `proto`. */
  app: z
    .string()
    .regex(/^[A-Za-z][\w .-]*$/, 'must be the name of a profile')
    .optional(),
  /** The interface of `direction`. @default any */
  interface: networkInterface.optional(),
  /** The interface that packets come in by. @default any */
  interfaceIn: networkInterface.optional(),
  /** The interface that packets go out by; with `interfaceIn` only if `route` is true. @default any */
  interfaceOut: networkInterface.optional(),
  /** Log new connections that the rule is about; `all` logs each packet. @default false */
  log: z.union([z.boolean(), z.literal('all')]).optional(),
  /** Why there is the rule. Without it, a comment that the rule has is taken away. */
  comment: z
    .string()
    .regex(/^[^'\0\n\r]+$/, "must be one line without '")
    .optional(),
  /** Number of the place that a new rule gets. A rule that is there stays where it is. @default the last place */
  insert: z.int().min(1).optional(),
  /** Remove the rule. @default false */
  delete: z.boolean().optional(),
}

export interface UfwArgs extends ArgsOf<typeof shape> {}

const FIREWALL: readonly string[] = ['state', 'defaults', 'logging', 'rule']
const portless: readonly unknown[] = ['ipv6', 'esp', 'ah', 'gre', 'igmp']
const isSeveral = (given: unknown): boolean => /[,:]/.test(String(given ?? ''))
const versionOf = (given = 'any'): number => isIP(given.split('/')[0] ?? '')

export const args = z.strictObject(shape).superRefine((given, context) => {
  const wrong = (path: keyof UfwArgs, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (!names.some((name) => FIREWALL.includes(name)))
    wrong(names.length === 0 ? 'state' : 'rule', 'give state, defaults, logging, rule, or several of them')
  else if (given.rule === undefined && names.some((name) => !FIREWALL.includes(name)))
    wrong('rule', 'is needed with arguments of a rule')
  if ((given.state === 'reset' || given.state === 'reloaded') && names.length > 1)
    wrong('state', `${given.state} does not go with other arguments`)
  const { interface: own, interfaceIn, interfaceOut, proto, app, fromPort, toPort, route = false } = given
  const hasPort = fromPort !== undefined || toPort !== undefined
  if (own !== undefined && (interfaceIn ?? interfaceOut) !== undefined)
    wrong('interface', 'does not go with interfaceIn and interfaceOut')
  if (!route && interfaceIn !== undefined && interfaceOut !== undefined)
    wrong('interfaceOut', 'goes with interfaceIn only if route is true')
  if (route && given.direction !== undefined && own === undefined)
    wrong('direction', 'of a rule with route: true needs an interface')
  if (given.direction === 'out' && interfaceIn !== undefined)
    wrong('interfaceIn', 'does not go with direction: out')
  if (given.direction === 'in' && interfaceOut !== undefined && interfaceIn === undefined)
    wrong('interfaceOut', 'does not go with direction: in')
  if (app !== undefined && (proto !== undefined || toPort !== undefined))
    wrong('app', 'does not go with proto and toPort')
  if (hasPort && portless.includes(proto)) wrong('proto', `${proto} has no ports`)
  if ((isSeveral(fromPort) || isSeveral(toPort)) && proto !== 'tcp' && proto !== 'udp')
    wrong('proto', 'must be tcp or udp with several ports')
  const [one, other] = [versionOf(given.from), versionOf(given.to)]
  if (one !== 0 && other !== 0 && one !== other) wrong('to', 'must be of the same kind as from: IPv4 or IPv6')
  if ((proto === 'ipv6' || proto === 'igmp') && (one === 6 || other === 6))
    wrong('proto', `${proto} is for IPv4 alone`)
  if (given.delete === true && given.insert !== undefined) wrong('insert', 'does not go with delete: true')
})
