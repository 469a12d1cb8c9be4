import { Secret, reveal } from '../../../core/secret.ts'
import { WIREGUARD_MARKER } from './reader.ts'
import type { UpInterface, WireguardPeer } from './args.ts'

export const LISTEN_PORT = 51820

/** The file for `wg-quick`. Secret as a whole: it holds the private key. */
export function configFile(args: UpInterface): Secret {
  const { interface: name, address, mtu } = args
  const lines = [
    WIREGUARD_MARKER,
    '[Interface]',
    `Address = ${address}`,
    ...(mtu === undefined ? [] : [`MTU = ${mtu}`]),
    ...keyLines(args),
  ]
  return new Secret(`configuration of ${name}`, `${lines.join('\n')}\n`)
}

/** What `wg` itself understands of it, for changing the interface while it carries traffic. */
export function liveConfig(args: UpInterface): Secret {
  const peers = args.peers.map(explicit)
  const lines = ['[Interface]', ...keyLines({ ...args, peers })]
  return new Secret(`keys of ${args.interface}`, `${lines.join('\n')}\n`)
}

/** What is added to the unit, so that others find the address at boot. */
export const dropIn = (before: readonly string[]): string =>
  `# Written by run-playbook.\n[Unit]\nBefore=${before.join(' ')}\n`

/** `wg syncconf` leaves alone what isn't mentioned, so what a peer should not have has to be taken from it. */
function explicit(peer: WireguardPeer): WireguardPeer {
  const { presharedKey = NO_KEY, persistentKeepalive = 0 } = peer
  return { ...peer, presharedKey, persistentKeepalive }
}

const NO_KEY = new Secret('no key', Buffer.alloc(32).toString('base64'))

const keyLines = ({ privateKey, listenPort = LISTEN_PORT, peers }: UpInterface): string[] => [
  `ListenPort = ${listenPort}`,
  `PrivateKey = ${reveal(privateKey)}`,
  ...peers.flatMap(peerLines),
]

function peerLines(peer: WireguardPeer): string[] {
  const { publicKey, presharedKey, allowedIps, endpoint, persistentKeepalive } = peer
  return [
    '',
    '[Peer]',
    `PublicKey = ${publicKey}`,
    ...(presharedKey === undefined ? [] : [`PresharedKey = ${reveal(presharedKey)}`]),
    ...(allowedIps.length === 0 ? [] : [`AllowedIPs = ${allowedIps.join(', ')}`]),
    ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
    ...(persistentKeepalive === undefined ? [] : [`PersistentKeepalive = ${persistentKeepalive}`]),
  ]
}
