import { ipv4FromHex, ipv6FromHex, prefixOf } from './addresses.ts'
import { type Lines, matching } from './lines.ts'

/** Where packets go that no other route takes. */
export interface DefaultRoute {
  readonly interface: string
  /** Undefined for a route without one, as over a tunnel. */
  readonly gateway: string | undefined
}

/** An IPv4 route of the main table. */
export interface Route {
  readonly interface: string
  readonly network: string
  readonly prefix: number
  readonly gateway: string | undefined
  readonly metric: number
}

const BIG_ENDIAN = /^(s390x?|ppc(64)?|mips(64)?|sparc(64)?|m68k)$/
const V4 =
  /^(\S{1,15})\s+([0-9A-F]{8})\s+([0-9A-F]{8})\s+([0-9A-F]{4})\s+\d+\s+\d+\s+(-?\d{1,10})\s+([0-9A-F]{8})/
const V6 =
  /^([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} ([0-9a-f]{32}) ([0-9a-f]{8}) [0-9a-f]{8} [0-9a-f]{8} ([0-9a-f]{8})\s+(\S{1,15})$/

const UP = 0x1
const REJECT = 0x200

export function ipv4Routes(lines: Lines): readonly Route[] {
  const bigEndian = BIG_ENDIAN.test(lines.first('machine'))
  return matching(
    lines.all('route'),
    V4,
    ([, name = '', network = '', gateway = '', flags = '', ...rest]) => {
      const [metric = '', mask = ''] = rest
      const bits = Number.parseInt(flags, 16)
      if ((bits & UP) === 0 || (bits & REJECT) !== 0) return undefined
      return {
        interface: name,
        network: ipv4FromHex(network, bigEndian),
        prefix: prefixOf(ipv4FromHex(mask, bigEndian)),
        gateway: /^0+$/.test(gateway) ? undefined : ipv4FromHex(gateway, bigEndian),
        metric: Number(metric),
      }
    },
  )
}

/** The default route that the kernel prefers. */
export function ipv4Default(routes: readonly Route[]): DefaultRoute | undefined {
  return preferred(routes.filter(({ network, prefix }) => network === '0.0.0.0' && prefix === 0))
}

export function ipv6Default(lines: Lines): DefaultRoute | undefined {
  const routes = matching(lines.all('route6'), V6, ([, network = '', prefix = '', hop = '', ...rest]) => {
    const [metric = '', flags = '', name = ''] = rest
    const bits = Number.parseInt(flags, 16)
    const usable = (bits & UP) !== 0 && (bits & REJECT) === 0 && name !== 'lo'
    if (!usable || prefix !== '00' || !/^0+$/.test(network)) return undefined
    const gateway = /^0+$/.test(hop) ? undefined : ipv6FromHex(hop)
    return { interface: name, gateway, metric: Number.parseInt(metric, 16) }
  })
  return preferred(routes)
}

function preferred(
  routes: readonly (DefaultRoute & { readonly metric: number })[],
): DefaultRoute | undefined {
  const [first] = routes.toSorted((a, b) => a.metric - b.metric)
  return first && { interface: first.interface, gateway: first.gateway }
}
