import { createHash } from 'node:crypto'
import { type Change, differences } from '../../../core/change.ts'
import { reveal } from '../../../core/secret.ts'
import { wireguardPublicKey } from '../../../secrets/wireguard.ts'
import type { WireguardInterface } from './reader.ts'
import type { UpInterface, WireguardPeer } from './args.ts'
import { LISTEN_PORT } from './config.ts'
import { contains, network } from './subnet.ts'

/** What differs between the interface that carries traffic and the one that should. */
export function liveChanges(args: UpInterface, live: WireguardInterface): Change[] {
  if (!isUp(live)) return [{ what: 'state', from: live.config === 'ours' ? 'down' : 'absent', to: 'up' }]
  const { address, mtu, listenPort = LISTEN_PORT } = args
  return [
    ...differences(
      { publicKey: wireguardPublicKey(reveal(args.privateKey)), listenPort, addresses: [address], mtu },
      live,
    ),
    ...peerChanges(args.peers, live.peers),
  ]
}

/** Whether it takes wg-quick, which cuts connections: only it sets addresses and routes. */
export function needsRestart(args: UpInterface, live: WireguardInterface): boolean {
  if (!isUp(live)) return true
  const { address, mtu } = args
  if (differences({ addresses: [address], mtu }, live).length > 0) return true
  const own = network(address) ?? address
  const routed = (peers: readonly { readonly allowedIps: readonly string[] }[]) =>
    peers.flatMap(({ allowedIps }) => allowedIps.filter((one) => !contains(own, one))).sort()
  return routed(args.peers).join() !== routed(live.peers).join()
}

/** Up, by systemd's doing, and a WireGuard interface. */
const isUp = ({ exists, active, publicKey }: WireguardInterface): boolean =>
  exists && active && publicKey !== undefined

/**
 * An endpoint of a peer that answers is not compared: WireGuard follows a peer that moves. The file tells when another one is
 * wanted.
 */
function peerChanges(wanted: readonly WireguardPeer[], live: WireguardInterface['peers']): Change[] {
  const observed = new Map(live.map((peer) => [peer.publicKey, peer]))
  const unwanted = live.filter(({ publicKey }) => !wanted.some((peer) => peer.publicKey === publicKey))
  return [
    ...wanted.flatMap((peer) => {
      const what = `peer ${peer.publicKey}`
      const found = observed.get(peer.publicKey)
      if (found === undefined) return [{ what, from: 'absent', to: peer.allowedIps.join(', ') }]
      const changes = differences(
        {
          allowedIps: [...peer.allowedIps].sort(),
          keepalive: peer.persistentKeepalive ?? 0,
          // A short hash is enough to tell two random keys apart, and tells nothing of them.
          preshared: peer.presharedKey ? hash(reveal(peer.presharedKey)) : 'none',
        },
        { ...found, preshared: found.preshared?.slice(0, 12) ?? 'none' },
      )
      const away = isAway(peer, found) ? [{ what: 'endpoint', from: found.away, to: peer.endpoint }] : []
      return [...changes, ...away].map((change) => ({ ...change, what: `${what} ${change.what}` }))
    }),
    ...unwanted.map(({ publicKey, allowedIps }) => ({
      what: `peer ${publicKey}`,
      from: allowedIps.join(', '),
      to: 'absent',
    })),
  ]
}

/** The silent peers that are looked for at an address that is not theirs any more. WireGuard resolves a name only once. */
export const awayPeers = (args: UpInterface, live: WireguardInterface): readonly WireguardPeer[] =>
  args.peers.filter((peer) =>
    live.peers.some((found) => found.publicKey === peer.publicKey && isAway(peer, found)),
  )

const isAway = ({ endpoint }: WireguardPeer, { away }: WireguardInterface['peers'][number]): boolean =>
  away !== undefined && endpoint !== undefined

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
