import { isShippedImage } from '../facts/containers.ts'
import type { NodeFact } from '../facts/node.ts'
import type { Living } from './living.ts'

/** Vars of the inventory, by name. Those that have their default are left out. */
export type Vars = Readonly<Record<string, unknown>>

/**
 * What a node has of its own.
 * @param turn its place among the nodes, by address
 */
export function nodeVarsOf(living: Living, node: NodeFact, name: string, turn: number): Vars {
  const { container, pgbackrest, backups, drill, offsite, store, pooler, mtu, server } = living
  const mounted = (target: string): string | undefined =>
    container?.mounts?.find(({ Destination }) => Destination === target)?.Source
  const image = container?.image ?? ''
  const keep = server?.values['max_slot_wal_keep_size']
  return given({
    image: image === '' || isShippedImage(image) ? undefined : image,
    dataDir: unless(mounted('/var/lib/postgresql/data'), '/data/postgres'),
    backupDir: unless(mounted('/var/lib/pgbackrest'), '/data/backups'),
    overlay: node.overlay === 'foreign' ? 'external' : undefined,
    mtu: mtu === undefined ? undefined : Number(mtu),
    synchronous: server !== undefined && server.values['synchronous_standby_names'] !== '' ? true : undefined,
    maxSlotWalKeepSize: keep !== undefined && /^\d+(MB|GB)$/.test(keep) ? unless(keep, '2GB') : undefined,
    encrypt: node.key === undefined ? undefined : true,
    retention: retentionOf(pgbackrest),
    schedule: scheduleOf(backups),
    drill: drillOf(drill, turn),
    offsite,
    objectStore: storeOf(store, name),
    pooler: poolerOf(pooler),
  })
}

/** Without those that are undefined. */
export const given = (vars: Vars): Vars =>
  Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== undefined))

const unless = (value: string | undefined, usual: string): string | undefined =>
  value === usual ? undefined : value

const some = (vars: Vars): Vars | undefined => (Object.keys(vars).length === 0 ? undefined : vars)

function retentionOf(options: Living['pgbackrest']): Vars | undefined {
  const [full, diff] = [options['repo1-retention-full'], options['repo1-retention-diff']]
  const fulls = options['repo1-retention-full-type'] === 'time' ? `${full}d` : Number(full)
  return some(
    given({
      full: full === undefined || fulls === '14d' ? undefined : fulls,
      diff: diff === undefined || diff === '7' ? undefined : Number(diff),
    }),
  )
}

function scheduleOf(env: Living['backups']): Vars | undefined {
  const number = (name: string, part: number, usual: number): number | undefined => {
    const text = env[name]
    const value = text === undefined ? usual : Number(text) / part
    return value === usual ? undefined : value
  }
  const minute = number('BACKUP_AT_MINUTE', 1, 120)
  const two = (value: number): string => String(value).padStart(2, '0')
  return some(
    given({
      at: minute === undefined ? undefined : `${two(Math.floor(minute / 60))}:${two(minute % 60)}`,
      fullDays: number('BACKUP_FULL_DAYS', 1, 7),
      stagger: number('BACKUP_STAGGER', 60, 30),
      jitter: number('BACKUP_JITTER', 60, 10),
    }),
  )
}

// Nodes take their turns an hour apart.
function drillOf(calendar: string | undefined, turn: number): Vars | undefined {
  const [, day, hours] = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \*-\*-\* (\d\d):00:00$/.exec(calendar ?? '') ?? []
  if (day === undefined) return undefined
  const hour = (Number(hours) - (turn % 24) + 24) % 24
  return some(given({ day: unless(day, 'Sun'), hour: hour === 4 ? undefined : hour }))
}

function storeOf(options: Living['store'], name: string): Vars | undefined {
  const { 'repo1-s3-bucket': bucket, 'repo1-s3-endpoint': host, 'repo1-path': path = '' } = options
  if (bucket === undefined || host === undefined) return undefined
  const port = options['repo1-storage-port']
  return given({
    type: 's3',
    bucket,
    endpoint: port === undefined ? host : `${host}:${port}`,
    region: unless(options['repo1-s3-region'], 'us-east-1'),
    path: unless(path.replace(`/${name}`, ''), '/run-playbook'),
    uriStyle: unless(options['repo1-s3-uri-style'], 'host'),
    retention: retentionOf(options),
  })
}

/** What runs is written down: without the var, site would take PgBouncer away. */
function poolerOf(settings: Living['pooler']): Vars | undefined {
  const { image = '', pool_mode: poolMode } = settings
  if (settings['listen_port'] === undefined) return undefined
  const number = (name: string, usual: number): number | undefined => {
    const value = Number(settings[name] ?? usual)
    return value === usual ? undefined : value
  }
  return given({
    listenPort: number('listen_port', 6432),
    poolMode: poolMode === 'transaction' ? undefined : poolMode,
    defaultPoolSize: number('default_pool_size', 20),
    maxClientConn: number('max_client_conn', 500),
    queryWaitTimeout: number('query_wait_timeout', 120),
    serverIdleTimeout: number('server_idle_timeout', 600),
    image: image === '' || isShippedImage(image) ? undefined : image,
  })
}
