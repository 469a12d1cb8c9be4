import { z } from 'zod'

export type BackupType = 'full' | 'diff' | 'incr'

/** One backup of the repository. */
export interface PgbackrestBackup {
  /** Such as `20261124-023902F_20261124-023904D`. */
  readonly label: string
  readonly type: BackupType
  /** Seconds since 1970, by the clock of the host that took it. */
  readonly start: number
  readonly stop: number
  /** WAL that it needs, first and last segment; undefined for one of a stopped cluster. */
  readonly wal: { readonly start: string; readonly stop: string } | undefined
  /** Timeline at its end. */
  readonly timeline: number | undefined
  /** Number of the repository, and of the database within. */
  readonly repo: number
  readonly database: number
  /** Pages whose checksum is wrong were found while it was taken. */
  readonly error: boolean
}

/** What `pgbackrest info` says of one stanza. */
export interface PgbackrestInfo {
  readonly code: number
  readonly message: string
  /** A backup is being taken, or something else that excludes one. */
  readonly locked: boolean
  readonly repos: readonly { readonly key: number; readonly code: number; readonly message: string }[]
  /** Clusters that the stanza was made for, oldest first; the last one is current. */
  readonly databases: readonly PgbackrestDatabase[]
  /** Oldest first. */
  readonly backups: readonly PgbackrestBackup[]
}

export interface PgbackrestDatabase {
  readonly id: number
  readonly repo: number
  /** Text: it is beyond what a number of JavaScript holds. */
  readonly systemId: string
  readonly version: string
}

const status = z.object({ code: z.number(), message: z.string().default('') })
const segment = z.string().nullish()

// Later versions add fields, earlier ones lack some: what is not used is not looked at.
const schema = z.array(
  z.object({
    name: z.string(),
    status: status.extend({
      lock: z.object({ backup: z.object({ held: z.boolean() }).optional() }).optional(),
    }),
    repo: z.array(z.object({ key: z.number(), status })).default([]),
    db: z
      .array(
        z.object({
          id: z.number(),
          'repo-key': z.number().default(1),
          'system-id': z.string(),
          version: z.string(),
        }),
      )
      .default([]),
    backup: z
      .array(
        z.object({
          label: z.string(),
          type: z.enum(['full', 'diff', 'incr']),
          timestamp: z.object({ start: z.number(), stop: z.number() }),
          archive: z.object({ start: segment, stop: segment }).nullish(),
          database: z.object({ id: z.number(), 'repo-key': z.number().default(1) }),
          error: z.boolean().nullish(),
        }),
      )
      .default([]),
  }),
)

/**
 * @param json what `pgbackrest info --output=json` printed
 * @throws when it is something else
 */
export function parseInfo(json: string, stanza: string): PgbackrestInfo {
  // A system identifier has 63 bits.
  const exact = json.replace(/"system-id":\s*(\d+)/g, '"system-id":"$1"')
  const found = schema.parse(JSON.parse(exact)).find(({ name }) => name === stanza)
  if (found === undefined) return { ...NO_STANZA, databases: [], backups: [] }
  return {
    code: found.status.code,
    message: found.status.message,
    locked: found.status.lock?.backup?.held ?? false,
    repos: found.repo.map(({ key, status: { code, message } }) => ({ key, code, message })),
    databases: found.db.map((one) => ({
      id: one.id,
      repo: one['repo-key'],
      systemId: one['system-id'],
      version: one.version,
    })),
    backups: found.backup.map(({ label, type, timestamp, archive, database, error }) => ({
      label,
      type,
      ...timestamp,
      wal: archive?.start && archive.stop ? { start: archive.start, stop: archive.stop } : undefined,
      timeline: archive?.stop ? Number.parseInt(archive.stop.slice(0, 8), 16) : undefined,
      repo: database['repo-key'],
      database: database.id,
      error: error ?? false,
    })),
  }
}

const NO_STANZA = { code: 1, message: 'missing stanza path', locked: false, repos: [] }
