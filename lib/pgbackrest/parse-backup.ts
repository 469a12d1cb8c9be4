import type { PgbackrestBackup } from './info.ts'
import type { Backup } from './repository.ts'
import { parseLsn } from './lsn.ts'

const TYPES = { full: 'full', diff: 'diff', incr: 'incr' } as const
type Values = Readonly<Record<string, unknown>>

/** A line of backup.info. Undefined when it makes no sense. */
export function parseBackup(
  label: string,
  text: string,
  versions: ReadonlyMap<number, string>,
): Backup | undefined {
  const found = object(parseJson(text))
  const at = (name: string) => found[`backup-${name}`]
  return backup(label, {
    type: at('type'),
    id: found['db-id'],
    version: versions.get(Number(found['db-id'])),
    start: at('timestamp-start'),
    stop: at('timestamp-stop'),
    wal: [at('archive-start'), at('archive-stop')],
    lsn: [at('lsn-start'), at('lsn-stop')],
    needs: found['backup-reference'] ?? (at('prior') === undefined ? [] : [at('prior')]),
    damaged: at('error'),
    size: at('info-size'),
    added: at('info-repo-size-delta') ?? at('info-size-delta'),
  })
}

/** One of the backups that `pgbackrest info --output=json` tells of. */
export const backupOfInfo = (
  found: PgbackrestBackup,
  versions: ReadonlyMap<number, string>,
): Backup | undefined =>
  backup(found.label, {
    type: found.type,
    id: found.database,
    version: versions.get(found.database),
    start: found.start,
    stop: found.stop,
    wal: [found.wal?.start, found.wal?.stop],
    lsn: [found.lsn?.start, found.lsn?.stop],
    needs: found.needs,
    damaged: found.error,
    size: found.size,
    added: found.added,
  })

function backup(label: string, found: Values): Backup | undefined {
  const type = TYPES[String(found['type']) as keyof typeof TYPES] as Backup['type'] | undefined
  const [start, stop] = [seconds(found['start']), seconds(found['stop'])]
  if (!/^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/.test(label) || found['version'] === undefined) return undefined
  if (type === undefined || start === undefined || stop === undefined) return undefined
  const [first, last] = pair(found['wal'], segmentText)
  const [from, to] = pair(found['lsn'], (value) => parseLsn(String(value)))
  return {
    label,
    type,
    archiveId: `${found['version']}-${String(found['id'])}`,
    start,
    stop,
    wal: first === undefined || last === undefined ? undefined : { first, last },
    lsn: from === undefined || to === undefined ? undefined : { start: from, stop: to },
    needs: (Array.isArray(found['needs']) ? found['needs'] : []).map(String).filter((name) => name !== label),
    present: false,
    damaged: found['damaged'] === true,
    size: Number(found['size'] ?? 0),
    added: Number(found['added'] ?? 0),
  }
}

const segmentText = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9A-F]{24}$/.test(value) ? value : undefined

const pair = <T>(values: unknown, read: (value: unknown) => T): T[] => (values as unknown[]).map(read)

function seconds(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

export const object = (value: unknown): Values =>
  typeof value === 'object' && value !== null ? (value as Values) : {}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
