import { sh } from '../../core/sh.ts'
import { type StandbySetting, isStandbySetting } from '../../postgres/standby-settings.ts'
import { CONFIG } from '../places.ts'

/** The settings of which a standby needs what its primary has, as they lie on a node's disk: for a server that does not answer. */
export interface SettingsFact {
  /** By its configuration, as its next start has them. */
  readonly written: Readonly<Record<string, number>>
  /** Those of them that ALTER SYSTEM has set. */
  readonly altered: Readonly<Record<string, number>>
  /** By its control file: what a primary had when it last ran, and what a replica's primary has. */
  readonly ran: Readonly<Record<string, number>>
}

// In pg_control, 4 bytes each from 180 on, in PostgreSQL 13 to 18.
const RAN: readonly StandbySetting[] = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
]

/**
 * POSIX sh: one line with the numbers of the control file, and the lines of the configuration that may set them, each after the word
 * `written` or `altered`. Without data nothing counts that an earlier cluster may have left; in the middle of a restore there are
 * no data yet.
 */
export const settingsScript = (dataDir: string, config: string = CONFIG): string => `
  d=${sh`${dataDir}`}
  c="$d/pgdata/global/pg_control"
  # usage: number OFFSET BYTES  (4 bytes are one number)
  number() { od -A n -t u4 -j "$1" -N "$2" "$c" 2>/dev/null | tr -s '\\n ' ' '; }
  # usage: lines WORD FILE
  lines() {
    if [ -f "$2" ]; then grep -i '^[[:space:]]*max_' "$2" | tail -n 100 | cut -c 1-200 | sed "s/^/$1 /"; fi
  }
  if [ -f "$c" ]; then
    # The versions of its layout that are known.
    case $(number 8 4) in ' 1300 ' | ' 1700 ' | ' 1800 ') echo "ran$(number 180 20)" ;; esac
  fi
  if [ -f "$c" ] || [ -e "$d/restore.order" ]; then
    lines written ${sh`${`${config}/postgresql.conf`}`}
    lines altered "$d/pgdata/postgresql.auto.conf"
  fi`

/** @param lines what the script printed, among other lines */
export function parseSettings(lines: readonly string[]): SettingsFact {
  const altered = valuesOf('altered', lines)
  const numbers = lines.find((line) => /^ran( \d{1,9}){5}\s*$/.test(line))?.match(/\d+/g) ?? []
  return {
    written: { ...valuesOf('written', lines), ...altered },
    altered,
    ran: Object.fromEntries(numbers.map((number, i) => [RAN[i], Number(number)])),
  }
}

// `max_connections = 100  # why`; the last one counts. What is not a number is PostgreSQL's to complain about.
const LINE = /^\s*(\w+)(?:\s*=\s*|\s+)(?:'(\d{1,9})'|(\d{1,9}))\s*(?:#.*)?$/

function valuesOf(word: string, lines: readonly string[]): Readonly<Record<string, number>> {
  const found = lines.flatMap((line) => {
    if (!line.startsWith(`${word} `)) return []
    const [, own = '', quoted, plain] = LINE.exec(line.slice(word.length)) ?? []
    const name = own.toLowerCase()
    return isStandbySetting(name) ? [[name, Number(quoted ?? plain)] as const] : []
  })
  return Object.fromEntries(found)
}
