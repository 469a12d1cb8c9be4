import { z } from 'zod'
import { SEARCH_PATH } from '../../pgbackrest/search-path.ts'
import { STANDBY_SETTINGS } from '../../postgres/standby-settings.ts'

// As text on the way: a number of JSON would lose its last digits.
const lsn = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text))
  .nullable()

const schema = z.object({
  recovery: z.boolean(),
  /** Of the WAL that is written or received now; null while nothing is received. */
  timeline: z.number().nullable(),
  /** The end of what was written, or received, in bytes from the beginning. */
  position: lsn,
  replayed: lsn,
  /** A standby that was restarted and is not through with the WAL it has: how far it got is not known yet. */
  replaying: z.boolean(),
  /** How a standby receives: `streaming`; null without a connection to its primary. */
  receiver: z.string().nullable(),
  /** Whom it receives from, or would like to. */
  upstream: z.string().nullable(),
  /** Names in pg_stat_replication, with state. */
  followers: z.array(z.object({ name: z.string(), state: z.string() })),
  slots: z.array(z.object({ name: z.string(), active: z.boolean(), walStatus: z.string().nullable() })),
  /** Where the oldest WAL begins that it still has. */
  oldestWal: lsn,
  /** Settings for which a standby needs at least what its primary has. */
  capacity: z.record(z.string(), z.number()),
  /** The same settings as the next restart will have them: the files may say something else by now, and ALTER SYSTEM too. */
  configured: z.record(z.string(), z.number()),
  /** Those of them that ALTER SYSTEM has set. */
  overrides: z.record(z.string(), z.number()),
  /** A standby that receives and does not replay: it was asked to, or has too little of a setting. */
  paused: z.boolean(),
  /** Settings that are configured and need a restart. */
  pendingRestart: z.array(z.string()),
  /** All that one can connect to, but for `postgres`. */
  databases: z.array(z.string()),
  /** Roles that have a password, whatever it is. */
  withPassword: z.array(z.string()),
})

/** What PostgreSQL says of itself. */
export interface ServerFact extends z.output<typeof schema> {
  /** Whether the primary that this standby follows answers it. */
  readonly upstreamAnswers: boolean
}

const NAMES = STANDBY_SETTINGS.map((name) => `'${name}'`).join(', ')

// Reading pg_file_settings is what makes pending_restart current in this session, so it comes before that.
// Nothing is received (the position is null) until a standby has replayed all that it has, and asks its primary for more.
/** For psql in the node's container; prints one line of JSON, and for a standby a second one with its primary's address. */
export const SERVER_QUERY = `SELECT jsonb_build_object(
  'recovery', pg_is_in_recovery(),
  'timeline', CASE WHEN pg_is_in_recovery() THEN (SELECT received_tli FROM pg_stat_wal_receiver)
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
  'position', pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
    THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END, '0/0')::text,
  'replayed', pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text,
  'replaying', pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS NULL,
  'receiver', (SELECT status FROM pg_stat_wal_receiver),
  'upstream', substring(current_setting('primary_conninfo') FROM 'host=([^ ]+)'),
  'followers', (SELECT coalesce(json_agg(json_build_object('name', application_name, 'state', state)), '[]')
    FROM pg_stat_replication),
  'slots', (SELECT coalesce(json_agg(json_build_object('name', slot_name, 'active', active, 'walStatus', wal_status)), '[]')
    FROM pg_replication_slots WHERE slot_type = 'physical'),
  'oldestWal', (SELECT min(('x' || substr(name, 9, 8))::bit(32)::bigint * 4294967296
      + ('x' || substr(name, 17, 8))::bit(32)::bigint * (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'))::text
    FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'),
  'paused', CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END,
  'capacity', (SELECT json_object_agg(name, setting::int) FROM pg_settings WHERE name IN (${NAMES})),
  'configured', (SELECT json_object_agg(name, coalesce((SELECT setting::int FROM pg_file_settings AS file
      WHERE lower(file.name) = own.name AND file.setting ~ '^[0-9]{1,9}$' ORDER BY seqno DESC LIMIT 1), boot_val::int))
    FROM pg_settings AS own WHERE name IN (${NAMES})),
  'overrides', (SELECT coalesce(json_object_agg(lower(name), setting::int), '{}') FROM pg_file_settings
    WHERE lower(name) IN (${NAMES}) AND setting ~ '^[0-9]{1,9}$' AND sourcefile LIKE '%/postgresql.auto.conf'),
  'pendingRestart', (SELECT coalesce(json_agg(name), '[]') FROM pg_settings WHERE pending_restart),
  'databases', (SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_database
    WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'),
  'withPassword', (SELECT coalesce(json_agg(rolname), '[]') FROM pg_authid WHERE rolpassword IS NOT NULL))`

const UPSTREAM = `SELECT substring(current_setting('primary_conninfo') FROM 'host=([^ ]+)') WHERE pg_is_in_recovery()`

/** For the container, between single quotes: what the data ask of a standby, in lines such as `asks max_connections 100`. */
export const ASKS_SCRIPT = `
      LC_ALL=C pg_controldata "$PGDATA" 2>/dev/null | sed -n "s/^\\(max_[a-z_]*\\) setting: */asks \\1 /p"`

/** The same: the version of pgBackRest, such as `pgbackrest 2.55.1`. */
export const VERSION_SCRIPT = `pgbackrest version 2>/dev/null | sed -n "s/^pgBackRest  *\\([0-9.]*\\).*/pgbackrest \\1/p"`

/**
 * POSIX sh: asks the server in the container `postgres`, if there is one. The statements travel on standard input. A question to
 * Docker ends in time to say so before the whole script is given up, after a minute. What Docker complains of is printed as
 * `dockerTrouble`: then nothing is known of the container, and its server may well accept writes.
 */
export const SERVER_SCRIPT = `
  within() { if command -v timeout >/dev/null; then timeout -s KILL "$@"; else shift; "$@"; fi; }
  # Of one that was killed the shell says so, if anybody; others may begin with an empty line.
  trouble() {
    words=$(printf '%s\\n' "$1" | sed -n '/^Killed/d;/./{p;q;}')
    echo "dockerTrouble \${words:-no answer in time}"
  }
  inspect() {
    state=$(within 15 docker container inspect -f '{{.State.Status}}' postgres 2>&1)
    code=$?
    case $code:$state in
      0:*) container=$(echo "$state" | tail -n 1) ;;
      *[Nn]'o such container'* | *[Nn]'o such object'*) container=missing ;;
      *) container=unknown ;;
    esac
  }
  container=missing
  if command -v docker >/dev/null; then
    inspect
    if [ "$container" = unknown ]; then trouble "$state"; fi
  fi
  echo "container $container"
  if [ "$container" != unknown ] && command -v docker >/dev/null; then
    within 15 docker image ls --no-trunc --format 'image {{.Repository}}:{{.Tag}}@{{.ID}}' 2>/dev/null
    within 15 docker container inspect -f 'runs {{.Image}}' postgres 2>/dev/null
    within 15 docker container inspect -f 'pgbackrestArg {{index .Config.Labels "run-playbook.pgbackrest"}}' postgres 2>/dev/null
  fi
  if [ "$container" = running ]; then
    within 25 docker exec -i -u postgres -e PGCONNECT_TIMEOUT=5 -e PGOPTIONS='${SEARCH_PATH} -c statement_timeout=5s' postgres sh -c '
${ASKS_SCRIPT}
      ${VERSION_SCRIPT}
      psql -XAtqw -d postgres -f - 2>/dev/null | {
        read -r server || exit 0
        echo "server $server"
        read -r upstream
        [ -n "$upstream" ] || exit 0
        pg_isready -q -U nobody -h "$upstream" -t 2 || [ $? -eq 1 ] || exit 0
        echo upstreamAnswers yes; }' 2>/dev/null <<'SQL' || {
${SERVER_QUERY};
${UPSTREAM};
SQL
      # A server that is silent is one thing, a Docker that starts nothing in the container another.
      words=$(within 15 docker exec postgres true 2>&1)
      if [ $? -ne 0 ]; then
        inspect
        if [ "$container" = running ]; then trouble "$words"; fi
      fi
    }
  fi`

/** @returns undefined for a server that did not answer, or answered something else */
export function parseServer(json: string | undefined, upstreamAnswers: boolean): ServerFact | undefined {
  if (json === undefined || !json.startsWith('{')) return undefined
  try {
    const { data } = schema.safeParse(JSON.parse(json))
    return data && { ...data, upstreamAnswers }
  } catch {
    return undefined
  }
}

/** What pg_controldata says of the settings that a standby needs, by their own names. */
export function parseAsks(lines: readonly string[]): Readonly<Record<string, number>> {
  const found = lines.flatMap((line) => {
    const [, name = '', value] = /^asks (\w+) (\d{1,9})$/.exec(line) ?? []
    return value === undefined ? [] : [[OTHER_NAMES[name] ?? name, Number(value)] as const]
  })
  return Object.fromEntries(found)
}

const OTHER_NAMES: Readonly<Record<string, string>> = {
  max_prepared_xacts: 'max_prepared_transactions',
  max_locks_per_xact: 'max_locks_per_transaction',
}
