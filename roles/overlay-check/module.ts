import { type Reader, UserError, ask, defineModule, sh, z } from 'run-playbook'

export interface OverlayArgs {
  /** This node's address on the overlay. */
  readonly address: string
  readonly peers: readonly string[]
}

interface OverlayState {
  /** The node has the address. */
  readonly up: boolean
  /** Peers that did not answer. */
  readonly silent: readonly string[]
}

/**
 * Waits for the overlay and fails when there is none. A module of the role's own, made of what every user of the
 * library has.
 */
export const overlayReachable = defineModule<OverlayArgs, OverlayState>({
  name: 'overlay_reachable',
  args: z.strictObject({ address: z.ipv4(), peers: z.array(z.ipv4()) }),
  probe: (args) => ask(overlay, JSON.stringify(args)),
  plan: ({ address, peers }, { up, silent }) => {
    if (!up)
      throw new UserError(
        'E_NO_OVERLAY',
        `no interface has the overlay address ${address}: the VPN is not deployed`,
        {
          hint: 'Deploy it first, or let site set up WireGuard: overlay: "auto" in inventory.ts.',
        },
      )
    if (silent.length > 0)
      throw new UserError('E_NO_OVERLAY', `${silent.join(' and ')} did not answer over the overlay`, {
        hint: 'Is the node up, is UDP port 51820 open between the nodes, and does `wg show` list a recent handshake?',
      })
    return { changes: [], because: `${address} is up and reaches ${peers.join(', ') || 'nobody else'}` }
  },
  apply: () => [],
  touches: () => [],
})

// Ten seconds in all: the first packet to a peer waits for the handshake, which WireGuard retries every five. Without
// an address of one's own there is no overlay to wait for.
const overlay: Reader<OverlayState> = {
  name: 'overlay',
  channel: 'shell',
  ask: ([key = '']) => {
    const { address, peers } = JSON.parse(key) as OverlayArgs
    return `
      ip -o -4 address show | grep -qF ${sh`${` inet ${address}/`}`} || exit 0
      echo up
      try() { for i in 1 2 3 4 5; do ping -c 1 -W 2 "$1" >/dev/null 2>&1 && echo "$1" && return; done; }
      for peer in ${sh`${peers}`}; do try "$peer" & done
      wait`
  },
  parse: ({ stdout }, keys) => {
    const heard = new Set(stdout.toString().split('\n'))
    return keys.map((key) => {
      const { peers } = JSON.parse(key) as OverlayArgs
      return { up: heard.has('up'), silent: peers.filter((peer) => !heard.has(peer)) }
    })
  },
  // What the tunnel of any node may change.
  sees: () => ['wireguard:/**', 'network:/**'],
}
