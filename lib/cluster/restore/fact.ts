import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Fact } from '../../playbook/playbook.ts'
import { ask, askAll, mapProbe, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { type Repository, parseRepository } from '../../pgbackrest/index.ts'
import { raw, sh } from '../../core/sh.ts'
import { SEARCH_PATH } from '../../pgbackrest/search-path.ts'
import type { NodeFact } from '../facts/node.ts'
import { nodesOf } from '../nodes.ts'
import { hostVarsOf } from '../vars/host.ts'
import { shipped } from '../shipped-folder.ts'
import { PGBACKREST, SECRETS } from '../places.ts'
import { clusterVars } from '../vars/cluster.ts'
import { OLD_DATA } from './old-data.ts'
import { ABORTING, OPENED, ORDER, type Order, type Report, parseOrder, parseReport } from './order.ts'

/** What a restore has to know of a node besides its {@link NodeFact}. */
export interface RestoreFact {
  /** What its repository holds; a sentence where that is not known. */
  readonly repository: Repository | string
  /** The same of its repository in the object store; undefined without one, and where the node cannot ask it yet. */
  readonly store: Repository | undefined
  /** Bytes that are free where the data lie, where copies are made, and how large the data are. */
  readonly free: { readonly data: number; readonly copies: number }
  readonly dataSize: number
  /** Databases, their sizes and rows, of a primary that answers. */
  readonly contents: readonly string[]
  readonly heartbeat: string | undefined
  readonly hasImage: boolean
  /** A restore that was begun. */
  readonly order: Order | undefined
  /** The restore for which data and repository were moved aside. */
  readonly aside: string | undefined
  /** The restore that has passed its point of no return, and the one that is being aborted. */
  readonly opened: string | undefined
  readonly aborting: string | undefined
  /** Whose data this node had before the restore that was begun. */
  readonly old: 'primary' | 'replica' | 'none'
  /** What became of the last restore into the data folder, and into a container of its own. */
  readonly inPlace: Report | undefined
  readonly copy: Report | undefined
}

/** All that a restore knows of a node. */
export interface RestoreNode extends RestoreFact {
  readonly node: NodeFact
}

/** Asks a node what a restore could use, and what it would overwrite. All nodes decide, whatever `--limit` selects. */
export const restoreFact: Fact<RestoreFact, { readonly image?: string | undefined }> = {
  hosts: nodesOf,
  probe: (host, { vars }) => {
    const { dataDir, backupDir, restoreDir, image: own, objectStore } = hostVarsOf(host)
    const image = vars.image ?? own ?? clusterVars.shape.image.parse(undefined)
    const key = JSON.stringify({ dataDir, backupDir, restoreDir, image })
    return mapProbe(
      askAll<{ repository: RestoreFact['repository']; store: RestoreFact['store']; rest: Rest }>({
        repository: ask(repositoryReader, key),
        store: ask(storeReader, objectStore === undefined ? '' : image),
        rest: ask(restoreReader, key),
      }),
      ({ repository, store, rest }) => ({ repository, store, ...rest }),
    )
  },
  unknown: {
    repository: 'it was not reached',
    store: undefined,
    free: { data: Infinity, copies: Infinity },
    dataSize: 0,
    contents: [],
    heartbeat: undefined,
    hasImage: true,
    order: undefined,
    aside: undefined,
    opened: undefined,
    aborting: undefined,
    old: 'none',
    inPlace: undefined,
    copy: undefined,
  },
}

type Rest = Omit<RestoreFact, 'repository' | 'store'>

const placesSchema = z.object({
  dataDir: z.string(),
  backupDir: z.string(),
  restoreDir: z.string(),
  image: z.string(),
})
const placesOf = (key: string) => placesSchema.parse(JSON.parse(key))

// The same script that the image has: it works on a bare host. Only what is encrypted needs pgBackRest, and its key.
const repositoryReader = readerOfOne<Repository | string>({
  name: 'restore_repository',
  ask: (key) => {
    const { backupDir, image } = placesOf(key)
    const script = readFileSync(shipped('docker/postgres/pgbackrest/repository'), 'utf8')
    return sh`d=${backupDir} s=${SECRETS} i=${image}
      if [ -d "$d" ] && [ -s "$s/pgbackrest_cipher" ] && [ -n "$(docker image ls -q "$i" 2>/dev/null)" ]; then
        docker run --rm --network none --mount "type=bind,source=$d,target=/var/lib/pgbackrest,readonly" \
          --mount "type=bind,source=$s,target=/run/secrets,readonly" "$i" restore look </dev/null
      else sh -c ${script} repository "$d" main; fi`
  },
  parse: ({ stdout }) => parseRepository(stdout.toString()),
  sees: () => [EVERYTHING],
})

/** A store that is slower does not hold up a restore from a disk: what it said until then counts. */
const LOOK_SECONDS = 50

// Its configuration and its secrets come with the plays that are made before anything is asked of it.
const storeReader = readerOfOne<Repository | undefined>({
  name: 'restore_object_store',
  ask: (image) =>
    image === ''
      ? 'true'
      : sh`c=${PGBACKREST} s=${SECRETS} i=${image}
      [ ! -s "$c/object-store.conf" ] || [ -z "$(docker image ls -q "$i" 2>/dev/null)" ] ||
        timeout ${LOOK_SECONDS} docker run --rm --init --network host --tmpfs /run/run-playbook:size=4m,mode=0700 \
          --mount "type=bind,source=$c,target=/etc/pgbackrest,readonly" \
          --mount "type=bind,source=$s,target=/run/secrets,readonly" "$i" restore look --repository=object-store </dev/null || true`,
  parse: ({ stdout }) => {
    const text = stdout.toString()
    return text.startsWith('repository ') ? parseRepository(text) : undefined
  },
  sees: () => [EVERYTHING],
})

const restoreReader = readerOfOne<Rest>({
  name: 'restore',
  ask: (key) => {
    const { dataDir, restoreDir, image } = placesOf(key)
    return sh`d=${dataDir} c=${restoreDir} o=${ORDER}
      free() { p=$1; while [ ! -d "$p" ]; do p=$(dirname "$p"); done; df -Pk "$p" | awk 'NR == 2 { print $4 }'; }
      echo "free $(free "$d")"
      echo "freeCopies $(free "$c")"
      [ ! -d "$d/pgdata" ] || echo "size $(du -sk "$d/pgdata" 2>/dev/null | cut -f 1)"
      [ ! -s "$d/$o" ] || echo "order $(head -n 1 "$d/$o")"
      [ ! -s "$d/${raw(OPENED)}" ] || echo "opened $(head -n 1 "$d/${raw(OPENED)}")"
      [ ! -s "$d/${raw(ABORTING)}" ] || echo "aborting $(cut -d ' ' -f 1 "$d/${raw(ABORTING)}")"
      ${raw(OLD_DATA)}
      # Of a JSON in one line.
      id=$(sed -n 's/.*"id":"\\([A-Za-z0-9_.-]*\\)".*/\\1/p' "$d/$o" 2>/dev/null)
      [ -z "$id" ] || (cd "$d" && case $(old_data "$id") in
        replaced) p="pgdata.replaced-$id" ;;
        same) p=pgdata ;;
        *) exit 0 ;;
      esac
      # An abort has moved it back already.
      [ -d "$p" ] || p=pgdata
      [ ! -f "$p/global/pg_control" ] || if [ -f "$p/standby.signal" ]; then echo old replica; else echo old primary; fi)
      [ ! -s "$d/restore.aside" ] || echo "aside $(head -n 1 "$d/restore.aside")"
      [ ! -s "$d/restore.report" ] || sed 's/^/place /' "$d/restore.report"
      [ ! -s "$c/restore.report" ] || sed 's/^/copy /' "$c/restore.report"
      [ -z "$(docker image ls -q ${image} 2>/dev/null)" ] || echo image yes
      docker exec -i -u postgres -e PGCONNECT_TIMEOUT=5 -e PGOPTIONS=${`${SEARCH_PATH} -c statement_timeout=10s`} postgres sh 2>/dev/null <<'SH' || true
        # A database is not named with -d, which takes some names for an address.
        ask() { psql -XAtqw "$@"; }
        [ "$(ask -c 'SELECT pg_is_in_recovery()')" = f ] || exit 0
        ask -c 'SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY 1' | while IFS= read -r database; do
          echo "contents $(PGDATABASE=$database psql -XAtqw -F ', ' -c "SELECT current_database(), pg_size_pretty(pg_database_size(current_database())),
            'about ' || coalesce(sum(greatest(n_live_tup, reltuples::bigint)), 0) || ' rows in ' || count(*) || ' tables'
            FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid WHERE schemaname <> 'run_playbook'")"
        done
        echo "heartbeat $(ask -c "SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM run_playbook.heartbeat")"
SH`
  },
  parse: ({ stdout }) => {
    const all = stdout
      .toString()
      .split('\n')
      .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const)
    const lines = (name: string) => all.filter(([word]) => word === name).map(([, rest]) => rest)
    const [order, size, free, copies] = ['order', 'size', 'free', 'freeCopies'].map((name) => lines(name)[0])
    const old = lines('old')[0]
    return {
      free: { data: Number(free) * 1024, copies: Number(copies) * 1024 },
      dataSize: Number(size ?? 0) * 1024,
      contents: lines('contents'),
      heartbeat: lines('heartbeat')[0] || undefined,
      hasImage: lines('image').length > 0,
      order: parseOrder(order),
      aside: lines('aside')[0],
      opened: lines('opened')[0],
      aborting: lines('aborting')[0],
      old: old === 'primary' || old === 'replica' ? old : 'none',
      inPlace: parseReport(lines('place')),
      copy: parseReport(lines('copy')),
    }
  },
  sees: () => [EVERYTHING],
})
