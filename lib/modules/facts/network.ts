import { isIP } from 'node:net'
import { paths } from '../../core/resource.ts'
import { dockerNetworks } from '../docker/shared/kinds.ts'
import { wireguardInterfaces } from '../network/wireguard/reader.ts'
import { ipv6FromHex, within } from './shared/addresses.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, matching } from './shared/lines.ts'
import { type DefaultRoute, type Route, ipv4Default, ipv4Routes, ipv6Default } from './shared/routes.ts'

/** An address of an interface. */
export interface NetworkAddress {
  readonly family: 4 | 6
  /** `192.0.2.7`, `2001:db8::7`. */
  readonly address: string
  /** Bits of the network: 24 in `192.0.2.7/24`. */
  readonly prefix: number
}

/** A network interface. */
export interface NetworkInterface {
  readonly name: string
  /** `up`, `down`, `unknown` (as `lo` and tunnels say) … */
  readonly state: string
  /** Bytes of the largest packet. */
  readonly mtu: number
  /** Hardware address; undefined where there is none. */
  readonly mac: string | undefined
  readonly addresses: readonly NetworkAddress[]
}

/** The network of a host. */
export interface Network {
  /** In the order of their names, `lo` included. Those of containers (`veth…`) are left out: they come and go. */
  readonly interfaces: readonly NetworkInterface[]
  /** Undefined where there is no default route. */
  readonly ipv4: DefaultRoute | undefined
  readonly ipv6: DefaultRoute | undefined
  /** Name servers of /etc/resolv.conf, in order. */
  readonly dns: readonly string[]
  /** Domains that short names are looked up in. */
  readonly search: readonly string[]
}

const SCRIPT = `echo "machine $(uname -m)"
for d in /sys/class/net/*; do
  [ -r "$d/mtu" ] || continue
  m='' s='' a=''
  { read -r m <"$d/mtu"; read -r s <"$d/operstate"; read -r a <"$d/address"; } 2>/dev/null
  printf 'link %s %s %s %s\\n' "\${d##*/}" "$m" "$s" "$a"
done
if command -v ip >/dev/null && ip -o addr show >/dev/null 2>&1; then
  ip -o addr show | sed 's/^/addr /'
else
  [ ! -r /proc/net/if_inet6 ] || sed 's/^/inet6 /' /proc/net/if_inet6
  [ ! -r /proc/net/fib_trie ] || sed -n 's/^[ |+-]*-- /trie /p; s/^ *\\/32 host LOCAL.*/trie local/p' /proc/net/fib_trie
fi
[ ! -r /proc/net/route ] || sed 's/^/route /' /proc/net/route
[ ! -r /proc/net/ipv6_route ] || sed 's/^/route6 /' /proc/net/ipv6_route
[ ! -r /etc/resolv.conf ] || sed 's/^/dns /' /etc/resolv.conf
exit 0`

/**
 * Interfaces with their addresses, default routes, name servers. Also works if the host has no `ip` command.
 *
 * @dryRun Asks the host in a dry run too, and is ok. Unknown if an earlier task would change a WireGuard interface, a network of
 * Docker, `/etc/resolv.conf` the configuration of the network in `/etc`, or packages; tasks that are made from it are then
 * unknown too.
 *
 * @example
 * const network = facts.network('network')
 * return [
 *   network,
 *   copy('interfaces', from(network, ({ interfaces }) => ({
 *     dest: '/etc/interfaces',
 *     content: interfaces.map(({ name }) => `${name}\n`).join(''),
 *   }))),
 * ]
 */
export const network: HostFact<Network> = hostFact({
  name: 'network',
  script: SCRIPT,
  parse,
  sees: [
    wireguardInterfaces.all,
    dockerNetworks.all,
    ...['/etc/network', '/etc/netplan', '/etc/systemd/network', '/etc/NetworkManager'].map(paths.below),
    paths.at('/etc/resolv.conf'),
    paths.at('/sys/class/net'),
  ],
})

const LINK = /^([^\s/]{1,15}) (\d{1,10}) ([\w-]{1,16})? ?([0-9a-f:]{0,64})$/

function parse(lines: Lines): Network {
  const routes = ipv4Routes(lines)
  const addresses = [...fromIp(lines), ...fromInet6(lines), ...fromTrie(lines, routes)]
  const interfaces = matching(lines.all('link'), LINK, ([, name = '', mtu = '', state = '', mac = '']) => ({
    name,
    state: state || 'unknown',
    mtu: Number(mtu),
    mac: /[1-9a-f]/.test(mac) ? mac : undefined,
    addresses: addresses
      .filter((one) => one.on === name)
      .map(({ family, address, prefix }) => ({ family, address, prefix })),
  }))
  const words = (pattern: RegExp): string[] =>
    matching(lines.all('dns'), pattern, ([, list = '']) => list.trim().split(/\s+/)).flat()
  return {
    interfaces: interfaces
      .filter(({ name }) => !name.startsWith('veth'))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ipv4: ipv4Default(routes),
    ipv6: ipv6Default(lines),
    dns: words(/^nameserver\s+(\S+)/).filter((one) => isIP(one.replace(/%.*/, '')) !== 0),
    search: words(/^(?:search|domain)\s+([^#;]+)/).filter((one) => /^[\w.-]{1,253}$/.test(one)),
  }
}

type Found = NetworkAddress & { readonly on: string }

function addressOn(on: string, family: 4 | 6, address: string, prefix: number): Found | undefined {
  if (isIP(address) !== family || prefix > (family === 4 ? 32 : 128)) return undefined
  return { on, family, address, prefix }
}

const ADDR =
  /^\d+:\s+([^\s/@]{1,15})(?:@\S*)?\s+inet(6?)\s+([0-9a-fA-F.:]+)(?:\s+peer\s+[0-9a-fA-F.:]+)?(?:\/(\d{1,3}))?\s/

const fromIp = (lines: Lines): Found[] =>
  matching(lines.all('addr'), ADDR, ([, on = '', six = '', address = '', prefix = '']) =>
    six === ''
      ? addressOn(on, 4, address, Number(prefix || 32))
      : addressOn(on, 6, address, Number(prefix || 128)),
  )

const INET6 = /^([0-9a-f]{32}) [0-9a-f]{2,8} ([0-9a-f]{2}) [0-9a-f]{2} [0-9a-f]{2}\s+(\S{1,15})$/

const fromInet6 = (lines: Lines): Found[] =>
  matching(lines.all('inet6'), INET6, ([, hex = '', prefix = '', on = '']) =>
    addressOn(on, 6, ipv6FromHex(hex), Number.parseInt(prefix, 16)),
  )

/** Without \`ip\` the kernel only says which addresses are its own; the route of their network says on which interface. */
function fromTrie(lines: Lines, routes: readonly Route[]): Found[] {
  const trie = lines.all('trie')
  const own = trie.filter((_, i) => trie[i + 1] === 'local')
  return [...new Set(own)].flatMap((address) => {
    if (isIP(address) !== 4) return []
    if (address.startsWith('127.')) return [{ on: 'lo', family: 4 as const, address, prefix: 8 }]
    const near = routes.filter((one) => one.gateway === undefined && one.prefix > 0)
    const [route] = near
      .filter(({ network: net, prefix }) => within(address, net, prefix))
      .toSorted((a, b) => b.prefix - a.prefix)
    return route === undefined
      ? []
      : [{ on: route.interface, family: 4 as const, address, prefix: route.prefix }]
  })
}
