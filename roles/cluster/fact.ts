import { type Fact, type Host, type Reader, UserError, ask, mapProbe, sh } from 'run-playbook'

/** What a node says of itself before anything is planned. */
export interface NodeFact {
  /** False while nothing was asked, and for a node that did not answer. */
  readonly reached: boolean
  /** The address that SSH reached it under. */
  readonly reachedAt: string | undefined
  /** What lies in its data folder. */
  readonly data: 'none' | 'primary' | 'replica' | 'fenced'
  /** PostgreSQL's system identifier, empty without data. */
  readonly systemId: string
  /** Whether it has its overlay address, and whether that is our doing. */
  readonly overlay: 'absent' | 'ours' | 'foreign'
  readonly hasDocker: boolean
  readonly hasWireguard: boolean
  readonly memoryMb: number
  readonly cores: number
}

/** Asks a node what it has: one script, before the plays are made. */
export const nodeFact: Fact<NodeFact> = {
  probe: (host, reachedAt) =>
    mapProbe(ask(nodeReader, JSON.stringify([host.vars.dataDir, host.address])), (fact) => ({
      ...fact,
      reachedAt: reachedAt(),
    })),
  unknown: {
    reached: false,
    reachedAt: undefined,
    data: 'none',
    systemId: '',
    overlay: 'absent',
    hasDocker: true,
    hasWireguard: true,
    memoryMb: 1024,
    cores: 1,
  },
}

// The disk decides who is primary, as it does for the entrypoint: a promotion removes standby.signal.
// The system identifier is the first field of pg_control. Memory is the machine's, or its control group's if that is less.
const nodeReader: Reader<Omit<NodeFact, 'reachedAt'>> = {
  name: 'node',
  channel: 'shell',
  ask: ([key = '']) => {
    const [dataDir = '', address = ''] = JSON.parse(key) as string[]
    return `
      d=${sh`${dataDir}`}
      if [ -e "$d/fenced" ]; then echo data fenced
      elif [ ! -f "$d/pgdata/global/pg_control" ]; then echo data none
      elif [ -f "$d/pgdata/standby.signal" ]; then echo data replica
      else echo data primary; fi
      if [ -f "$d/pgdata/global/pg_control" ]; then
        echo "systemId $(od -A n -t u8 -N 8 "$d/pgdata/global/pg_control" | tr -d ' ')"; fi
      if grep -qs '^# .*run-playbook' /etc/wireguard/*.conf; then echo overlay ours
      elif ip -o -4 address show 2>/dev/null | grep -qF ${sh`${` inet ${address}/`}`}; then echo overlay foreign
      else echo overlay absent; fi
      command -v docker >/dev/null && echo hasDocker yes
      command -v wg-quick >/dev/null && echo hasWireguard yes
      awk '/^MemTotal:/ { print "memoryKb", $2 }' /proc/meminfo
      for f in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        if [ -r "$f" ]; then echo "limit $(cat "$f")"; fi; done
      echo "cores $(nproc)"`
  },
  parse: ({ stdout }, keys) => {
    const found = new Map(
      stdout
        .toString()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    )
    const limitMb = Number(found.get('limit') ?? Infinity) / 2 ** 20
    const fact = {
      reached: true,
      data: (found.get('data') ?? 'none') as NodeFact['data'],
      systemId: found.get('systemId') ?? '',
      overlay: (found.get('overlay') ?? 'absent') as NodeFact['overlay'],
      hasDocker: found.has('hasDocker'),
      hasWireguard: found.has('hasWireguard'),
      memoryMb: Math.min(Number(found.get('memoryKb')) / 1024, limitMb > 0 ? limitMb : Infinity),
      cores: Number(found.get('cores')) || 1,
    }
    return keys.map(() => fact)
  },
  sees: () => ['**'],
}

/**
 * Who is primary: the node whose disk says so; on a cluster that is not there yet, `first`.
 * @throws UserError for two primaries, for two different clusters, and for replicas without a primary
 */
export function choosePrimary(
  hosts: readonly Host[],
  facts: Readonly<Record<string, NodeFact>>,
  first: Host,
): Host {
  const having = (data: NodeFact['data']) => hosts.filter(({ name }) => facts[name]?.data === data)
  const names = (list: readonly Host[]) => list.map(({ name }) => name).join(' and ')
  const clusters = new Set(hosts.map(({ name }) => facts[name]?.systemId).filter(Boolean))
  if (clusters.size > 1)
    throw new UserError('E_FOREIGN_CLUSTER', `the nodes hold data of ${clusters.size} different clusters`, {
      hint: `System identifiers: ${hosts.map(({ name }) => `${name} ${facts[name]?.systemId || 'none'}`).join(', ')}. Move the data that does not belong here out of its data folder.`,
    })
  const [primary, ...others] = having('primary')
  if (primary !== undefined && others.length > 0)
    throw new UserError('E_TWO_PRIMARIES', `${names([primary, ...others])} both hold the data of a primary`, {
      hint: 'One of them was left behind by a promotion. Nothing was changed; decide which one counts before going on.',
    })
  if (primary !== undefined) return primary
  const leftovers = [...having('replica'), ...having('fenced')]
  if (leftovers.length > 0)
    throw new UserError(
      'E_NO_PRIMARY',
      `${names(leftovers)} hold a replica's data and no node holds a primary's`,
      {
        hint: 'The primary is lost or was not reached. Bring it back, or promote a replica.',
      },
    )
  return first
}
