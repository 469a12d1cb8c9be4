import type { Backup } from './repository.ts'
import { parseLsn } from './segment.ts'

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
export function parseInfoBackup(found: unknown, versions: ReadonlyMap<number, string>): Backup | undefined {
  const all = object(found)
  const part = (name: string) => object(all[name])
  const id = part('database')['id']
  return backup(String(all['label']), {
    type: all['type'],
    id,
    version: versions.get(Number(id)),
    start: part('timestamp')['start'],
    stop: part('timestamp')['stop'],
    wal: [part('archive')['start'], part('archive')['stop']],
    lsn: [part('lsn')['start'], part('lsn')['stop']],
    needs: all['reference'] ?? (all['prior'] === null ? [] : [all['prior']]),
    damaged: all['error'],
    size: part('info')['size'],
    added: object(part('info')['repository'])['delta'],
  })
}

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
