import {
  UserError,
  ask,
  connectivity,
  defineModule,
  readerOfOne,
  sh,
  wireguardInterfaces,
  z,
} from 'run-playbook'

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

const args: z.ZodType<OverlayArgs, OverlayArgs> = z.strictObject({
  address: z.ipv4(),
  peers: z.array(z.ipv4()).readonly(),
})

/**
 * Fails where there is no overlay, or where a peer does not answer over it. A module of the role's own, made of what every
 * user of the library has.
 */
export const overlayReachable = defineModule({
  name: 'overlay_reachable',
  args,
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
const overlay = readerOfOne<OverlayState>({
  name: 'overlay',
  ask: (key) => {
    const { address, peers } = args.parse(JSON.parse(key))
    return `
      ip -o -4 address show | grep -qF ${sh`${` inet ${address}/`}`} || exit 0
      echo up
      try() { for i in 1 2 3 4 5; do ping -c 1 -W 2 "$1" >/dev/null 2>&1 && echo "$1" && return; done; }
      for peer in ${sh`${peers}`}; do try "$peer" & done
      wait`
  },
  parse: ({ stdout }, key) => {
    const answered = new Set(stdout.toString().split('\n'))
    const { peers } = args.parse(JSON.parse(key))
    return { up: answered.has('up'), silent: peers.filter((peer) => !answered.has(peer)) }
  },
  // What the tunnel of any node may change.
  sees: () => [wireguardInterfaces.all, connectivity.all],
})
