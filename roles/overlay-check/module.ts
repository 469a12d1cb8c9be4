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
  /** Peers that answer, but not to packets of the size that the way to them should take. */
  readonly stalled: readonly { readonly peer: string; readonly mtu: number }[]
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
  plan: ({ address, peers }, { up, silent, stalled }) => {
    if (!up)
      throw new UserError(
        'E_NO_OVERLAY',
        `no interface has the overlay address ${address}: the VPN is not set up`,
        {
          hint: 'Set up the VPN first, or let site set up WireGuard: overlay: "auto" in inventory.ts.',
        },
      )
    if (silent.length > 0)
      throw new UserError('E_NO_OVERLAY', `${silent.join(' and ')} did not answer over the overlay`, {
        hint: 'Check that the node is up, that UDP port 51820 is open between the nodes, and that `wg show` lists a recent handshake.',
      })
    const [first] = stalled
    if (first !== undefined)
      throw new UserError(
        'E_OVERLAY_MTU',
        `packets of ${first.mtu} bytes (the MTU of the overlay) do not reach ${stalled.map(({ peer }) => peer).join(' and ')}, but small packets do: replication and re-cloning would hang`,
        {
          hint: 'The path between the nodes carries only smaller packets. Set a smaller MTU for all nodes in the inventory, such as mtu: 1280. If run-playbook did not set up the overlay, change its own configuration.',
        },
      )
    return { changes: [], because: `${address} is up and reaches ${peers.join(', ') || 'no other node'}` }
  },
  apply: () => [],
  touches: () => [],
})

// Ten seconds in all: the first packet to a peer waits for the handshake, which WireGuard retries every five. Without
// an address of one's own there is no overlay to wait for. Then packets as large as the way there may take: a path that loses
// those lets all small things work, and copies stall.
export const overlayScript = ({ address, peers }: OverlayArgs): string => `
      ip -o -4 address show | grep -qF ${sh`${` inet ${address}/`}`} || exit 0
      echo up
      answers() { for i in $1; do ping -c 1 -W 2 $2 "$3" >/dev/null 2>&1 && return; done; return 1; }
      try() {
        answers '1 2 3 4 5' '' "$1" || return 0
        echo "$1"
        dev=$(ip route get "$1" 2>/dev/null | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)
        mtu=$(cat "/sys/class/net/$dev/mtu" 2>/dev/null) || return 0
        answers '1 2 3' "-s $((mtu - 28))" "$1" || echo "stalled $1 $mtu"
      }
      for peer in ${sh`${peers}`}; do try "$peer" & done
      wait`

export function parseOverlay(text: string, { peers }: OverlayArgs): OverlayState {
  const lines = text.split('\n')
  const stalled = lines.flatMap((line) => {
    const [, peer, mtu] = /^stalled (\S+) (\d+)$/.exec(line) ?? []
    return peer === undefined ? [] : [{ peer, mtu: Number(mtu) }]
  })
  return { up: lines.includes('up'), silent: peers.filter((peer) => !lines.includes(peer)), stalled }
}

const overlay = readerOfOne<OverlayState>({
  name: 'overlay',
  ask: (key) => overlayScript(args.parse(JSON.parse(key))),
  parse: ({ stdout }, key) => parseOverlay(stdout.toString(), args.parse(JSON.parse(key))),
  // What the tunnel of any node may change.
  sees: () => [wireguardInterfaces.all, connectivity.all],
})
