import type { Fact } from '../../playbook/playbook.ts'
import { ask, mapProbe, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import { type DiskFact, diskScript, parseDisk } from './disk.ts'
import { SERVER_SCRIPT, type ServerFact, parseAsks, parseServer } from './server.ts'
import { type NodeContainer, containersScript, parseContainers } from './containers.ts'
import { nodesOf } from '../nodes.ts'
import { hostVarsOf } from '../vars/host.ts'
import type { NodeVars } from '../vars/node.ts'
import { ARCHIVE_CHECKED } from '../places.ts'
import { DISTRIBUTION_SCRIPT, type DistributionFact, parseDistribution } from './distribution.ts'
import { ENGINE_SCRIPT, type EngineFact, parseEngine } from './engine.ts'
import { type FoldersFact, foldersScript, parseFolders } from './folders.ts'
import { type KeyFact, keyScript, parseKey } from './key.ts'
import { type SettingsFact, parseSettings, settingsScript } from './settings.ts'
import { type SecretsFact, parseSecrets, secretsScript } from './secrets.ts'

/** What a node says of itself before anything is planned. */
export interface NodeFact
  extends DiskFact, SettingsFact, KeyFact, SecretsFact, DistributionFact, EngineFact, FoldersFact {
  /** False while nothing was asked, and for a node that did not answer. */
  readonly reached: boolean
  /** The address that SSH reached it under. */
  readonly reachedAt: string | undefined
  /** What lies in its data folder, a fence before all else. */
  readonly data: 'none' | 'primary' | 'replica' | 'fenced'
  /** Its repository holds backups of a cluster. */
  readonly hasBackups: boolean
  /** The archive was checked after the last backup that a run took. */
  readonly archiveChecked: boolean
  /** What Docker complains of where it does not answer: then nobody knows whether PostgreSQL runs. */
  readonly dockerTrouble: string | undefined
  /** What Docker says of the container `postgres`, or `missing`; `unknown` where it does not answer. */
  readonly container: string
  /** Containers that have a name of the cluster's, and whose they are. */
  readonly containers: readonly NodeContainer[]
  /** Id of the image that it was made of. */
  readonly imageId: string
  /** Version of its pgBackRest, and the one that its image was built for; undefined where no container says so. */
  readonly pgbackrest: string | undefined
  readonly pgbackrestArg: string | undefined
  /** All images of the node: ids by name and tag. */
  readonly images: Readonly<Record<string, string>>
  /** What its data ask of it as a standby, by setting. */
  readonly asks: Readonly<Record<string, number>>
  /** What PostgreSQL says; undefined where none answers. */
  readonly server: ServerFact | undefined
  /** Whether it has its overlay address, and whether that is our doing. */
  readonly overlay: 'absent' | 'ours' | 'foreign'
  readonly hasDocker: boolean
  readonly hasWireguard: boolean
  readonly memoryMb: number
  readonly cores: number
}

/** Asks a node what it has: one script, before the plays are made. All nodes decide, whatever `--limit` selects. */
export const nodeFact: Fact<NodeFact> = {
  hosts: nodesOf,
  probe: (host, { reachedAt }) =>
    mapProbe(ask(nodeReader, keyOf(host.address, hostVarsOf(host))), (fact) => ({
      ...fact,
      reachedAt: reachedAt(),
    })),
  unknown: {
    ...parseDisk(new Map()),
    ...parseSettings([]),
    ...parseKey(new Map()),
    ...parseSecrets(new Map()),
    ...parseDistribution(new Map()),
    ...parseEngine(new Map()),
    ...parseFolders([]),
    reached: false,
    reachedAt: undefined,
    data: 'none',
    hasBackups: false,
    archiveChecked: false,
    dockerTrouble: undefined,
    container: 'missing',
    containers: [],
    imageId: '',
    pgbackrest: undefined,
    pgbackrestArg: undefined,
    images: {},
    asks: {},
    server: undefined,
    overlay: 'absent',
    hasDocker: true,
    hasWireguard: true,
    memoryMb: 1024,
    cores: 1,
  },
}

interface Key extends Pick<NodeVars, 'dataDir' | 'backupDir' | 'restoreDir' | 'drillDir'> {
  readonly address: string
}

const keyOf = (address: string, { dataDir, backupDir, restoreDir, drillDir }: Omit<Key, 'address'>): string =>
  JSON.stringify({ address, dataDir, backupDir, restoreDir, drillDir } satisfies Key)

// Memory is the machine's, or its control group's if that is less.
const nodeReader = readerOfOne<Omit<NodeFact, 'reachedAt'>>({
  name: 'node',
  ask: (key) => {
    const { dataDir, address, backupDir, restoreDir, drillDir } = JSON.parse(key) as Key
    return `${diskScript(dataDir)}
      ${settingsScript(dataDir)}
      ${keyScript(backupDir)}
      ${secretsScript()}
      ${DISTRIBUTION_SCRIPT}
      ${foldersScript([dataDir, backupDir, restoreDir, drillDir])}
      for f in ${sh`${backupDir}`}/backup/*/backup.info; do
        if grep -qs '^[0-9]*-[0-9]*F' "$f" || [ "$(head -c 8 "$f" 2>/dev/null)" = Salted__ ]; then echo hasBackups yes; fi
      done
      [ ! -e ${ARCHIVE_CHECKED} ] || echo archiveChecked yes
      if grep -qs '^# .*run-playbook' /etc/wireguard/*.conf; then echo overlay ours
      elif ip -o -4 address show 2>/dev/null | grep -qF ${sh`${` inet ${address}/`}`}; then echo overlay foreign
      else echo overlay absent; fi
      command -v docker >/dev/null && echo hasDocker yes
      ${ENGINE_SCRIPT}
      command -v wg-quick >/dev/null && echo hasWireguard yes
      awk '/^MemTotal:/ { print "memoryKb", $2 }' /proc/meminfo
      for f in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        if [ -r "$f" ]; then echo "limit $(cat "$f")"; fi; done
      echo "cores $(nproc)"
      ${containersScript()}
      ${SERVER_SCRIPT}`
  },
  parse: ({ stdout }, key) => {
    const { dataDir, backupDir } = JSON.parse(key) as Key
    const lines = stdout.toString().split('\n')
    const found = new Map(
      lines.map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const),
    )
    const limitMb = Number(found.get('limit') ?? Infinity) / 2 ** 20
    const disk = parseDisk(found)
    return {
      ...disk,
      ...parseSettings(lines),
      ...parseKey(found),
      ...parseSecrets(found),
      ...parseDistribution(found),
      ...parseEngine(found),
      ...parseFolders(lines),
      reached: true,
      data: disk.fence === undefined ? disk.disk : ('fenced' as const),
      hasBackups: found.has('hasBackups'),
      archiveChecked: found.has('archiveChecked'),
      dockerTrouble: found.get('dockerTrouble'),
      container: found.get('container') ?? 'missing',
      containers: parseContainers(lines, { dataDir, backupDir }),
      imageId: found.get('runs') ?? '',
      pgbackrest: found.get('pgbackrest') || undefined,
      pgbackrestArg: found.get('pgbackrestArg') || undefined,
      images: Object.fromEntries(
        lines.flatMap((line) =>
          line.startsWith('image ') ? [line.slice(6).split('@') as [string, string]] : [],
        ),
      ),
      asks: parseAsks(lines),
      server: parseServer(found.get('server'), found.has('upstreamAnswers')),
      overlay: (found.get('overlay') ?? 'absent') as NodeFact['overlay'],
      hasDocker: found.has('hasDocker'),
      hasWireguard: found.has('hasWireguard'),
      memoryMb: Math.min(Number(found.get('memoryKb')) / 1024, limitMb > 0 ? limitMb : Infinity),
      cores: Number(found.get('cores')) || 1,
    }
  },
  sees: () => [EVERYTHING],
})
