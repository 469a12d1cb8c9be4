import { z } from 'zod'

/** How far PostgreSQL recovers. */
export type RestoreTarget =
  /** As far as there is WAL. A hole in it ends the recovery early, and nobody says so. */
  | { readonly type: 'latest' }
  /** Only until the backup is consistent. */
  | { readonly type: 'immediate' }
  /** Until a moment, with its offset from UTC: `2026-11-24 02:39:44+00`. */
  | { readonly type: 'time'; readonly value: string | Date; readonly exclusive?: boolean | undefined }
  /** Until a point that pg_create_restore_point() gave a name. */
  | { readonly type: 'name'; readonly value: string }
  /** Until a transaction. */
  | { readonly type: 'xid'; readonly value: string; readonly exclusive?: boolean | undefined }
  /** Until a place in the WAL. */
  | { readonly type: 'lsn'; readonly value: string; readonly exclusive?: boolean | undefined }
  /** A standby, that goes on from there. */
  | { readonly type: 'standby' }

const exclusive = z.boolean().optional()

const moment = z
  .union([
    z.date(),
    z
      .string()
      .regex(
        /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$/,
        "must be a moment with its offset from UTC, such as '2026-11-24 02:39:44+00'",
      )
      .refine((text) => !Number.isNaN(epoch(text)), 'is no moment of any calendar'),
  ])
  .transform(asPostgres)

export const restoreTarget = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('latest') }),
  z.strictObject({ type: z.literal('immediate') }),
  z.strictObject({ type: z.literal('standby') }),
  z.strictObject({ type: z.literal('time'), value: moment, exclusive }),
  z.strictObject({
    type: z.literal('name'),
    value: z.string().regex(/^[^\0\n'\\]{1,63}$/, 'is no name of a restore point'),
  }),
  z.strictObject({ type: z.literal('xid'), value: z.string().regex(/^\d+$/, 'must be a number'), exclusive }),
  z.strictObject({
    type: z.literal('lsn'),
    value: z.string().regex(/^[\dA-F]+\/[\dA-F]+$/i, "must be an LSN such as '0/3A0000D8'"),
    exclusive,
  }),
])

export type PlainTarget = z.output<typeof restoreTarget>

/** Seconds since 1970. */
export function epoch(text: string): number {
  const iso = text
    .replace(' ', 'T')
    .replace(/([+-]\d\d)$/, '$1:00')
    .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  return Date.parse(iso) / 1000
}

// pgBackRest chooses the backup by it and PostgreSQL ends by it, so that it is written as both read it.
function asPostgres(moment: string | Date): string {
  const text = typeof moment === 'string' ? moment : moment.toISOString()
  return text.replace('T', ' ').replace(/Z$/, '+00')
}

export function targetOptions(target: PlainTarget): string[] {
  const type = target.type === 'latest' ? 'default' : target.type
  return [
    `--type=${type}`,
    ...('value' in target ? [`--target=${target.value}`] : []),
    ...('exclusive' in target && target.exclusive ? ['--target-exclusive'] : []),
  ]
}

/** `latest`, `time 2026-11-24 02:39:44+00`. */
export const spoken = (target: PlainTarget): string =>
  [target.type, ...('value' in target ? [target.value] : [])].join(' ')
