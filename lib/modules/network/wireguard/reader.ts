import * as z from '../../../core/lazy-zod.ts'
import type { Reader } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'
import { services } from '../../shared/service.ts'

/** First line of a configuration that is ours; without it nothing is overwritten. */
export const WIREGUARD_MARKER = '# Written by run-playbook: what is changed here by hand is lost.'

/** A WireGuard interface, as the kernel and systemd know it. */
export type WireguardInterface = z.output<typeof interfaceSchema>

export const configPath = (name: string): string => `/etc/wireguard/${name}.conf`

/** Folder of what is added to the unit that `wireguard-tools` brings. */
export const dropInFolder = (name: string): string => `/etc/systemd/system/wg-quick@${name}.service.d`

/** WireGuard interfaces of the host, by name. */
export const wireguardInterfaces: ResourceKind = defineResourceKind('wireguard')

/** The live state of interfaces. Private and preshared keys stay on the host: at most a hash of them travels. */
export const wireguardInterface: Reader<WireguardInterface> = {
  name: 'wireguard_interface',
  ask: (names) => sh`${raw(SCRIPT)}\nfor name in ${names}; do look; done\nexit 0`,
  parse: (reply, names) => {
    const blocks = reply.stdout.toString().split(/^interface /m)
    return names.map((name) => {
      const block = blocks.find((one) => one.startsWith(`${name}\n`))
      return block === undefined ? new Error(`${name}: no answer`) : interfaceSchema.parse(facts(block))
    })
  },
  sees: (name) => [
    wireguardInterfaces.at(name),
    paths.at(configPath(name)),
    services.at(`wg-quick@${name}`),
    paths.below('/etc/systemd'),
  ],
}

const number = z.coerce.number().int()
const yes = z.literal('yes').transform(() => true)

const interfaceSchema = z.object({
  /** Programs that are missing: `wg`, `wg-quick`, `systemd`. */
  missing: z.array(z.string()),
  /** Whose configuration is in place. */
  config: z.enum(['absent', 'ours', 'foreign']),
  /** There is an interface of this name, WireGuard's or not. */
  exists: yes.default(false),
  mtu: number.optional(),
  addresses: z.array(z.string()),
  publicKey: z.string().optional(),
  listenPort: number.optional(),
  peers: z.array(
    z.object({
      publicKey: z.string(),
      allowedIps: z.array(z.string()),
      keepalive: number,
      /** SHA-256 of the preshared key. */
      preshared: z.string().optional(),
      /**
       * Where a peer that has been silent for three minutes is looked for, if its endpoint in the configuration is, or
       * resolves to, another address by now.
       */
      away: z.string().optional(),
    }),
  ),
  /** Of the unit `wg-quick@NAME`. */
  active: yes.default(false),
  enabled: yes.default(false),
  needsReload: yes.default(false),
})

/** Lines of a name and a value; some names come several times. */
function facts(block: string): object {
  const lines = block
    .split('\n')
    .slice(1)
    .map((line) => line.split(' '))
  const all = (name: string) => lines.filter(([first]) => first === name).map(([, ...words]) => words)
  const one = (name: string) => all(name)[0]?.[0]
  const away = new Map(all('away').map(([publicKey, endpoint]) => [publicKey, endpoint]))
  return {
    missing: all('missing').flat(),
    config: one('config'),
    exists: one('exists'),
    mtu: one('mtu'),
    addresses: all('address').flat().sort(),
    publicKey: one('key'),
    listenPort: one('port'),
    peers: all('peer').map(([publicKey, allowed = '', keepalive = '', preshared]) => ({
      publicKey,
      allowedIps: allowed === '(none)' ? [] : allowed.split(',').sort(),
      keepalive: keepalive === 'off' ? 0 : keepalive,
      preshared: preshared || undefined,
      ...(away.has(publicKey) && { away: away.get(publicKey) }),
    })),
    active: one('active'),
    enabled: one('enabled'),
    needsReload: one('reload'),
  }
}

// `wg show NAME dump` prints the private key and the preshared keys, so its lines are taken apart on the host.
const SCRIPT = sh`LC_ALL=C; export LC_ALL
tab=$(printf '\t')
look() {
  echo "interface $name"
  for tool in wg wg-quick; do command -v "$tool" >/dev/null || echo "missing $tool"; done
  [ -d /run/systemd/system ] || echo missing systemd
  file=/etc/wireguard/$name.conf
  if [ -f "$file" ]; then
    if [ "$(head -n 1 "$file")" = ${WIREGUARD_MARKER} ]; then echo config ours; else echo config foreign; fi
  else
    echo config absent
  fi
  if [ -d "/sys/class/net/$name" ]; then
    echo exists yes
    echo "mtu $(cat "/sys/class/net/$name/mtu")"
    ip -o addr show dev "$name" | while read -r _ _ family address _; do
      case $family:$address in inet:* | inet6:[!f]* | inet6:f[!e]*) echo "address $address" ;; esac
    done
    wg show "$name" dump 2>/dev/null | live
  fi
  [ -d /run/systemd/system ] || return 0
  systemctl show -p ActiveState -p UnitFileState -p NeedDaemonReload "wg-quick@$name.service" | while read -r line; do
    case $line in
      ActiveState=active) echo active yes ;;
      UnitFileState=enabled) echo enabled yes ;;
      NeedDaemonReload=yes) echo reload yes ;;
    esac
  done
}
live() {
  IFS=$tab read -r _ key port _ || return 0
  echo "key $key"
  echo "port $port"
  while IFS=$tab read -r key preshared endpoint allowed handshake _ _ keepalive; do
    hash=
    [ "$preshared" = '(none)' ] || hash=$(printf %s "$preshared" | sha256sum)
    echo "peer $key $allowed $keepalive \${hash%% *}"
    if [ $(($(date +%s) - handshake)) -gt 180 ]; then away </dev/null; fi
  done
}
away() {
  wanted=$(awk -v key="$key" '$1 == "PublicKey" { at = $3 } $1 == "Endpoint" && at == key { print $3 }' "$file" 2>/dev/null)
  host=\${wanted%:*}
  host=\${host#[}
  found=$(within 5 getent ahosts "\${host%]}" 2>/dev/null | awk -v port="\${wanted##*:}" '{ print $1 ~ /:/ ? "[" $1 "]:" port : $1 ":" port }')
  [ -z "$found" ] || echo "$found" | grep -qxF "$endpoint" || echo "away $key $endpoint"
}
within() { if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi; }`
