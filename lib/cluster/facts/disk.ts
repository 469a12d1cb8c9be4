import { sh } from '../../core/sh.ts'
import { parseLsn } from '../../pgbackrest/index.ts'
import { UPGRADE_SCRIPT, type UpgradeState, parseUpgradeState } from '../upgrade/order.ts'

/** What lies on a node's disk, readable without PostgreSQL and without Docker. */
export interface DiskFact {
  /** A primary's data or a replica's: standby.signal tells them apart. */
  readonly disk: 'none' | 'primary' | 'replica'
  /** Left by a promotion, with who took over: this node must not start as a primary. */
  readonly fence: string | undefined
  /** PostgreSQL's system identifier, empty without data. */
  readonly systemId: string
  /** The highest that its control file or the names of its WAL know of. */
  readonly timeline: number
  /** Whether it was shut down as it should be; of no meaning while it runs. */
  readonly clean: boolean
  /** Where its last checkpoint is, in bytes from the beginning of WAL. */
  readonly checkpoint: bigint
  /** Where each earlier timeline ended, from the newest history file. */
  readonly history: readonly { readonly timeline: number; readonly end: bigint }[]
  /** Asked to become a replica again, and not yet done. */
  readonly rejoining: boolean
  /** By pg_rewind, which has begun to change the data. */
  readonly rewinding: boolean
  /** A restore of the cluster was begun and is not finished. */
  readonly restoring: boolean
  /** An upgrade to another major version that was begun, or whose old data are kept. */
  readonly upgrade: UpgradeState | undefined
}

// pg_control begins with the system identifier (8 bytes), two versions, the state (4 bytes at 16), the last checkpoint's
// position (8 at 32), its redo position and timeline (4 at 48): the same since PostgreSQL 12.
export const diskScript = (dataDir: string): string => `
  d=${sh`${dataDir}`}
  c="$d/pgdata/global/pg_control"
  field() { od -A n -t "u$2" -j "$1" -N "$2" "$c" | tr -d ' '; }
  if [ -e "$d/fenced" ]; then echo "fence $(head -n 1 "$d/fenced")"; fi
  if [ -e "$d/rejoin" ]; then if [ -e "$d/rewinding" ]; then echo rejoining rewinding; else echo rejoining yes; fi; fi
  if [ -e "$d/restore.order" ]; then echo restoring yes; fi
  ${UPGRADE_SCRIPT}
  if [ ! -f "$c" ]; then echo disk none
  else
    if [ -f "$d/pgdata/standby.signal" ]; then echo disk replica; else echo disk primary; fi
    echo "systemId $(field 0 8)"
    echo "state $(field 16 4)"
    echo "checkpoint $(field 32 8)"
    echo "timeline $(field 48 4)"
    echo "walTimeline $(ls "$d/pgdata/pg_wal" | grep -E '^[0-9A-F]{24}$' | cut -c 1-8 | sort | tail -n 1)"
    h=$(ls "$d/pgdata/pg_wal" | grep -E '^[0-9A-F]{8}\\.history$' | sort | tail -n 1)
    if [ -n "$h" ]; then echo "history $(grep -E '^[0-9]' "$d/pgdata/pg_wal/$h" | cut -f 1,2 | tr '\\t\\n' '@ ')"; fi
  fi`

/**
 * @param found what the script printed, by the first word of each line
 * @throws Error for what the script cannot have printed
 */
export function parseDisk(found: ReadonlyMap<string, string>): DiskFact {
  const word = (name: string, form: RegExp): string => {
    const text = found.get(name) ?? ''
    if (text === '' || form.test(text)) return text
    throw new Error(`the node says of the data directory: ${name} ${JSON.stringify(text.slice(0, 60))}`)
  }
  const state = Number(word('state', NUMBER))
  const wal = Number.parseInt(word('walTimeline', /^[0-9A-F]{8}$/) || '0', 16)
  return {
    disk: (word('disk', /^(none|primary|replica)$/) || 'none') as DiskFact['disk'],
    fence: found.get('fence'),
    systemId: word('systemId', NUMBER),
    timeline: Math.max(Number(word('timeline', NUMBER)), wal),
    clean: state === SHUT_DOWN || state === SHUT_DOWN_IN_RECOVERY,
    checkpoint: BigInt(word('checkpoint', NUMBER)),
    history: parseHistory(word('history', /^(\d{1,10}@[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8} ?)*$/)),
    rejoining: found.has('rejoining'),
    rewinding: found.get('rejoining') === 'rewinding',
    restoring: found.has('restoring'),
    upgrade: parseUpgradeState(found),
  }
}

// At most 64 bits.
const NUMBER = /^\d{1,20}$/

// enum DBState in PostgreSQL's catalog/pg_control.h
const SHUT_DOWN = 1
const SHUT_DOWN_IN_RECOVERY = 2

// `1@0/5000060 2@0/8000028`
function parseHistory(text: string): DiskFact['history'] {
  return text
    .split(' ')
    .filter(Boolean)
    .flatMap((entry) => {
      const [timeline = '', lsn = ''] = entry.split('@')
      const end = parseLsn(lsn)
      return end === undefined ? [] : [{ timeline: Number(timeline), end }]
    })
}
