import { z } from 'zod'
import type { Fact } from '../../playbook/playbook.ts'
import { ask, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import { SEARCH_PATH } from '../../pgbackrest/search-path.ts'
import { nodesOf } from '../nodes.ts'
import { hostVarsOf } from '../vars/host.ts'
import { REHEARSAL, type Rehearsal, parseRehearsal } from './rehearsal.ts'

const serverSchema = z.object({
  /** Such as 15.14. */
  version: z.string(),
  /** Those that an operator made. */
  tablespaces: z.array(z.string()),
  /** Logical replication slots. */
  logicalSlots: z.array(z.string()),
  /** Names of what ALTER SYSTEM has set. */
  altered: z.array(z.string().regex(/^[A-Za-z_][\w.]*$/)),
  /** Transactions that wait for COMMIT PREPARED. */
  prepared: z.int(),
})

/** What an upgrade has to know of a node besides its `NodeFact`. */
export interface UpgradeFact {
  /** Major version of its data; undefined without data. */
  readonly major: number | undefined
  /** How large the data are, and how much room there is for a rehearsal and beside the data, in bytes. */
  readonly dataSize: number
  readonly free: number
  readonly dataFree: number
  /** The last rehearsal on this node. */
  readonly rehearsal: Rehearsal | undefined
  /** Undefined where no server answers. */
  readonly server: z.output<typeof serverSchema> | undefined
}

/** Asks a node what an upgrade of it would meet. All nodes decide, whatever `--limit` selects. */
export const upgradeFact: Fact<UpgradeFact> = {
  hosts: nodesOf,
  probe: (host) => {
    const { dataDir, drillDir } = hostVarsOf(host)
    return ask(upgradeReader, JSON.stringify({ dataDir, drillDir }))
  },
  unknown: {
    major: undefined,
    dataSize: 0,
    free: Infinity,
    dataFree: Infinity,
    rehearsal: undefined,
    server: undefined,
  },
}

const placesSchema = z.object({ dataDir: z.string(), drillDir: z.string() })

const QUERY = `SELECT jsonb_build_object('version', current_setting('server_version'),
  'tablespaces', (SELECT coalesce(json_agg(spcname ORDER BY spcname), '[]') FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
  'logicalSlots', (SELECT coalesce(json_agg(slot_name ORDER BY slot_name), '[]') FROM pg_replication_slots WHERE slot_type = 'logical'),
  'altered', (SELECT coalesce(json_agg(DISTINCT name), '[]') FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.auto.conf'),
  'prepared', (SELECT count(*) FROM pg_prepared_xacts))`

const upgradeReader = readerOfOne<UpgradeFact>({
  name: 'upgrade',
  ask: (key) => {
    const { dataDir, drillDir } = placesSchema.parse(JSON.parse(key))
    return sh`d=${dataDir} p=${drillDir} r=${REHEARSAL}
      [ ! -r "$d/pgdata/PG_VERSION" ] || echo "major $(head -n 1 "$d/pgdata/PG_VERSION")"
      [ ! -d "$d/pgdata" ] || echo "size $(du -sk "$d/pgdata" 2>/dev/null | cut -f 1)"
      room() { p=$1; while [ ! -d "$p" ]; do p=$(dirname "$p"); done; df -Pk "$p" | awk 'NR == 2 { print $4 }'; }
      echo "free $(room "$p")"
      echo "dataFree $(room "$d")"
      [ ! -s "$r" ] || echo "rehearsal $(head -n 1 "$r")"
      docker exec -u postgres -e PGCONNECT_TIMEOUT=5 -e PGOPTIONS=${`${SEARCH_PATH} -c statement_timeout=10s`} postgres \
        psql -XAtqw -d postgres -c ${QUERY} </dev/null 2>/dev/null | sed 's/^/server /'
      true`
  },
  parse: ({ stdout }) => parseUpgrade(stdout.toString()),
  sees: () => [EVERYTHING],
})

/** @param text what the script printed */
export function parseUpgrade(text: string): UpgradeFact {
  const found = new Map(
    text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  )
  const number = (name: string): number | undefined => {
    const word = found.get(name) ?? ''
    return /^\d{1,15}$/.test(word) ? Number(word) : undefined
  }
  return {
    major: number('major'),
    dataSize: (number('size') ?? 0) * 1024,
    free: (number('free') ?? 0) * 1024,
    dataFree: (number('dataFree') ?? 0) * 1024,
    rehearsal: parseRehearsal(found.get('rehearsal') ?? ''),
    server: parseUpgradeServer(found.get('server') ?? ''),
  }
}

function parseUpgradeServer(text: string): UpgradeFact['server'] {
  try {
    return serverSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
