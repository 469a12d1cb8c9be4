import { z } from 'zod'
import { ask, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { SEARCH_PATH } from '../../pgbackrest/search-path.ts'
import type { Fact } from '../../playbook/playbook.ts'
import { nodesOf } from '../nodes.ts'
import { OBJECT_STORE, PGBACKREST, POOLER_CONFIG } from '../places.ts'

const text = z.string()
const setting = z.object({ name: text, value: text, file: text })
const rule = z.object({
  type: text,
  databases: z.array(text),
  users: z.array(text),
  address: text.nullable(),
  netmask: text.nullable(),
  method: text,
  options: z.array(text).nullable(),
})

const serverSchema = z.object({
  version: text,
  recovery: z.boolean(),
  upstream: text.nullable(),
  /** Lines of its configuration files that are in effect, and options of its command line. */
  settings: z.array(setting),
  /** Values in effect, by name. */
  values: z.record(text, text),
  databases: z.array(z.object({ name: text, owner: text })),
  /** All but those that PostgreSQL brings. */
  roles: z.array(
    z.object({ name: text, login: z.boolean(), superuser: z.boolean(), replication: z.boolean() }),
  ),
  slots: z.array(z.object({ name: text, type: text })),
  rules: z.array(rule),
})

const containerSchema = z.object({
  image: text,
  labels: z.record(text, text).nullish(),
  mounts: z.array(z.object({ Source: text.default(''), Destination: text })).nullish(),
  ports: z.record(text, z.array(z.object({ HostIp: text, HostPort: text })).nullish()).nullish(),
})

/** A container `postgres`, and what the server in it says. */
export interface Living {
  readonly container: z.output<typeof containerSchema> | undefined
  /** Variables of the container that say where it listens and where its data are. No password is among them. */
  readonly env: Readonly<Record<string, string>>
  /** Undefined where no server answers. */
  readonly server: z.output<typeof serverSchema> | undefined
  /** Options of pgBackRest that say what the repository keeps. */
  readonly pgbackrest: Readonly<Record<string, string>>
  /** The schedule of the backup service. */
  readonly backups: Readonly<Record<string, string>>
  /** `Sun *-*-* 04:00:00`, when drills begin. */
  readonly drill: string | undefined
  /** Where the copy of the repository goes. */
  readonly offsite: string | undefined
  /** Options of pgBackRest for the object store. */
  readonly store: Readonly<Record<string, string>>
  /** Settings of PgBouncer, and its image. */
  readonly pooler: Readonly<Record<string, string>>
  /** The MTU that is set for the tunnel. */
  readonly mtu: string | undefined
}

export type LivingServer = z.output<typeof serverSchema>
export type HbaRule = z.output<typeof rule>

/** Reads what an inventory is to say of a node; changes nothing. */
export const livingFact: Fact<Living | undefined> = {
  hosts: nodesOf,
  probe: () => ask(reader, ''),
  unknown: undefined,
}

const VALUES = `'listen_addresses', 'port', 'archive_mode', 'archive_command', 'synchronous_standby_names', 'ssl',
  'max_slot_wal_keep_size', 'max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
  'max_locks_per_transaction'`

/** For psql in the container: one line of JSON. */
export const LIVING_QUERY = `SELECT jsonb_build_object(
  'version', current_setting('server_version'),
  'recovery', pg_is_in_recovery(),
  'upstream', substring(current_setting('primary_conninfo') FROM 'host=([^ ]+)'),
  'settings', (SELECT coalesce(json_agg(json_build_object('name', name, 'value', value, 'file', file)), '[]') FROM (
    SELECT lower(name) AS name, coalesce(setting, '') AS value, sourcefile AS file FROM pg_file_settings WHERE applied
    UNION ALL SELECT name, current_setting(name), 'command line' FROM pg_settings WHERE source = 'command line'
      AND name NOT IN ('config_file', 'hba_file', 'ident_file', 'data_directory')) AS found),
  'values', (SELECT json_object_agg(name, current_setting(name)) FROM pg_settings WHERE name IN (${VALUES})),
  'databases', (SELECT coalesce(json_agg(json_build_object('name', datname, 'owner', pg_get_userbyid(datdba)) ORDER BY datname), '[]')
    FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'),
  'roles', (SELECT coalesce(json_agg(json_build_object('name', rolname, 'login', rolcanlogin, 'superuser', rolsuper,
      'replication', rolreplication) ORDER BY rolname), '[]') FROM pg_roles WHERE rolname !~ '^pg_'),
  'slots', (SELECT coalesce(json_agg(json_build_object('name', slot_name, 'type', slot_type) ORDER BY slot_name), '[]')
    FROM pg_replication_slots),
  'rules', (SELECT coalesce(json_agg(json_build_object('type', type, 'databases', database, 'users', user_name, 'address', address,
      'netmask', netmask, 'method', auth_method, 'options', options) ORDER BY line_number), '[]')
    FROM pg_hba_file_rules WHERE error IS NULL))`

const FORMAT =
  'container {"image":{{json .Config.Image}},"labels":{{json .Config.Labels}},"mounts":{{json .Mounts}},"ports":{{json .HostConfig.PortBindings}}}'

/** POSIX sh. Of the container's variables only those that are named here: a password may be among the others. */
export const LIVING_SCRIPT = `
  docker container inspect -f '${FORMAT}' postgres 2>/dev/null
  docker container inspect -f '{{range .Config.Env}}env {{println .}}{{end}}' postgres 2>/dev/null |
    grep -E '^env (POSTGRES_(OVERLAY_IP|PORT|CLIENT_NETWORK|REPLICATION_USER|REWIND_USER|SLOT_NAME)|PGDATA)='
  docker container inspect -f '{{range .Config.Env}}backup {{println .}}{{end}}' pgbackrest 2>/dev/null |
    grep -E '^backup BACKUP_[A-Z_]*=[0-9]+$'
  grep -hE '^repo1-[a-z-]*=' ${PGBACKREST}/pgbackrest.conf 2>/dev/null | sed 's/^/pgbackrest /'
  grep -hE '^repo1-[a-z0-9-]*=' ${OBJECT_STORE} 2>/dev/null | sed 's/^/store /'
  docker container inspect -f 'pooler image={{.Config.Image}}' pgbouncer 2>/dev/null
  grep -hE '^(listen_port|pool_mode|default_pool_size|max_client_conn|query_wait_timeout|server_idle_timeout) = ' \\
    ${POOLER_CONFIG}/pgbouncer.ini 2>/dev/null | sed 's/^/pooler /'
  systemctl -q is-enabled run-playbook-offsite.timer 2>/dev/null &&
    sed -n 's/^started=.* place=\\([^ ]*\\) target=.*/offsite \\1/p' /usr/local/sbin/run-playbook-offsite
  sed -n 's/^OnCalendar=/drill /p' /etc/systemd/system/run-playbook-drill.timer 2>/dev/null
  grep -lsE '^# .*run-playbook' /etc/wireguard/*.conf | head -n 1 | while read -r f; do sed -n 's/^MTU *= */mtu /p' "$f"; done
  limit=
  ! command -v timeout >/dev/null || limit='timeout -s KILL 40'
  $limit docker exec -i -u postgres -e PGCONNECT_TIMEOUT=5 -e PGOPTIONS='${SEARCH_PATH} -c statement_timeout=15s' postgres \\
    psql -XAtqw -d postgres -f - 2>/dev/null <<'LIVING' | sed 's/^/server /'
${LIVING_QUERY};
LIVING`

/** @param output what the script printed */
export function parseLiving(output: string): Living {
  const lines = output.split('\n')
  const after = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  const json = <Value>(word: string, schema: z.ZodType<Value>): Value | undefined => {
    const [first] = after(word)
    if (first === undefined) return undefined
    const { data } = schema.safeParse(readJson(first))
    if (data === undefined)
      throw new Error(`the node says of the ${word} postgres: ${JSON.stringify(first.slice(0, 60))}`)
    return data
  }
  const pairs = (word: string): Record<string, string> =>
    Object.fromEntries(
      after(word).flatMap((line) => {
        const at = line.indexOf('=')
        return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const]
      }),
    )
  return {
    container: json('container', containerSchema),
    env: pairs('env'),
    server: json('server', serverSchema),
    pgbackrest: pairs('pgbackrest'),
    backups: pairs('backup'),
    drill: after('drill')[0],
    offsite: after('offsite')[0]?.replace(/^'(.*)'$/, '$1'),
    store: pairs('store'),
    pooler: pairs('pooler'),
    mtu: after('mtu')[0],
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const reader = readerOfOne<Living>({
  name: 'living_node',
  ask: () => LIVING_SCRIPT,
  parse: ({ stdout }) => parseLiving(stdout.toString()),
  sees: () => [EVERYTHING],
})
