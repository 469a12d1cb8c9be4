import * as z from 'zod'

/** Seconds since 1970, as far as a `Date` goes. */
export const epochSeconds = z.number().min(0).max(8.64e12)

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
  /** Where it begins and ends, as PostgreSQL prints it. */
  readonly lsn: { readonly start: string; readonly stop: string } | undefined
  /** Timeline at its end. */
  readonly timeline: number | undefined
  /** Number of the repository, and of the database within. */
  readonly repo: number
  readonly database: number
  /** Labels of the backups that it builds on. */
  readonly needs: readonly string[]
  /** Pages whose checksum is wrong were found while it was taken. */
  readonly error: boolean
  /** Bytes of the database. */
  readonly size: number
  /** Bytes that it added to the repository; undefined where pgBackRest does not say. */
  readonly added: number | undefined
}

/** What `pgbackrest info` says of one stanza. */
export interface PgbackrestInfo {
  readonly code: number
  readonly message: string
  /** A backup is being taken, or something else that excludes one. Undefined where pgBackRest does not say. */
  readonly locked: boolean | undefined
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
const place = z.string().nullish()
// A system identifier has 63 bits: as a number it has lost its last digits.
const identifier = z.union([z.string(), z.number()]).transform(String)

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
          'system-id': identifier,
          version: z.string(),
        }),
      )
      .default([]),
    backup: z
      .array(
        z.object({
          label: z.string(),
          type: z.enum(['full', 'diff', 'incr']),
          timestamp: z.object({ start: epochSeconds, stop: epochSeconds }),
          archive: z.object({ start: place, stop: place }).nullish(),
          lsn: z.object({ start: place, stop: place }).nullish(),
          database: z.object({ id: z.number(), 'repo-key': z.number().default(1) }),
          prior: place,
          reference: z.array(z.string()).nullish(),
          error: z.boolean().nullish(),
          info: z
            .object({
              size: z.number().default(0),
              repository: z.object({ delta: z.number().nullish() }).default({}),
            })
            .default({ size: 0, repository: {} }),
        }),
      )
      .default([]),
  }),
)

/**
 * The stanzas that `pgbackrest info --output=json` tells of, by name.
 * @param printed what it printed; or that as JSON already, where system identifiers have lost their last digits
 * @throws when it is something else
 */
export function parseStanzas(printed: unknown): ReadonlyMap<string, PgbackrestInfo> {
  const json: unknown =
    typeof printed === 'string'
      ? JSON.parse(printed.replace(/"system-id":\s*(\d+)/g, '"system-id":"$1"'))
      : printed
  return new Map(schema.parse(json).map((one) => [one.name, infoOf(one)]))
}

/** The same of one stanza. For one that pgBackRest does not know: what it says itself where it knows some. */
export const parseInfo = (printed: unknown, stanza: string): PgbackrestInfo =>
  parseStanzas(printed).get(stanza) ?? { ...NO_STANZA, databases: [], backups: [] }

const infoOf = (found: z.output<typeof schema>[number]): PgbackrestInfo => ({
  code: found.status.code,
  message: found.status.message,
  locked: found.status.lock?.backup?.held,
  repos: found.repo.map(({ key, status: { code, message } }) => ({ key, code, message })),
  databases: found.db.map((one) => ({
    id: one.id,
    repo: one['repo-key'],
    systemId: one['system-id'],
    version: one.version,
  })),
  backups: found.backup.map(({ label, type, timestamp, archive, lsn, database, ...one }) => ({
    label,
    type,
    ...timestamp,
    wal: bothOf(archive),
    lsn: bothOf(lsn),
    timeline: archive?.stop ? Number.parseInt(archive.stop.slice(0, 8), 16) : undefined,
    repo: database['repo-key'],
    database: database.id,
    needs: one.reference ?? (one.prior ? [one.prior] : []),
    error: one.error ?? false,
    size: one.info.size,
    added: one.info.repository.delta ?? undefined,
  })),
})

const bothOf = (
  range: { start?: string | null | undefined; stop?: string | null | undefined } | null | undefined,
) => (range?.start && range.stop ? { start: range.start, stop: range.stop } : undefined)

const NO_STANZA = { code: 1, message: 'missing stanza path', locked: false, repos: [] }
