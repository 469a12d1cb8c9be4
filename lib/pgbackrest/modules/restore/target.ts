import * as z from '../../../core/lazy-zod.ts'

/** How far PostgreSQL recovers. */
export type RestoreTarget =
  /** To the end of the archived WAL. If WAL is missing in between, the recovery ends there, without an error. */
  | { readonly type: 'latest' }
  /** Only until the backup is consistent: the end of the backup. */
  | { readonly type: 'immediate' }
  /** To a point in time, with its offset from UTC: `2026-11-24 02:39:44+00`. */
  | { readonly type: 'time'; readonly value: string | Date; readonly exclusive?: boolean | undefined }
  /** To a restore point, by its name (`pg_create_restore_point()`). */
  | { readonly type: 'name'; readonly value: string }
  /** To a transaction, by its ID. */
  | { readonly type: 'xid'; readonly value: string; readonly exclusive?: boolean | undefined }
  /** To a position in the WAL (LSN). */
  | { readonly type: 'lsn'; readonly value: string; readonly exclusive?: boolean | undefined }
  /** As a standby, which continues to replay WAL. */
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
