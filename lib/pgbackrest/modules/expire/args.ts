import * as z from '../../../core/lazy-zod.ts'
import { type Duration, duration } from '../shared/duration.ts'
import { type PgbackrestTarget, targetArgs } from '../shared/target.ts'

export interface Retention {
  /** How many full backups to keep, with the backups that depend on them; or for how many days, such as `'30d'`. */
  readonly full: number | `${number}d`
  /** How many differential backups to keep. A full backup counts as a differential one. */
  readonly diff?: number | undefined
  /** For how many of the newest full backups to keep all WAL. Older backups can then be restored only to the end of the backup. */
  readonly archive?: number | undefined
}

export interface PgbackrestExpireArgs extends PgbackrestTarget {
  /** @default what pgBackRest's configuration says */
  readonly retention?: Retention | undefined
  /** Number of the repository. @default the first one */
  readonly repo?: number | undefined
  /** How long to wait if a backup is running. @default '10m' */
  readonly wait?: Duration | undefined
}

const days = z.custom<`${number}d`>(
  (value) => typeof value === 'string' && /^[1-9]\d*d$/.test(value),
  "must be a number, or days such as '30d'",
)

export function options({ retention, repo }: PgbackrestExpireArgs): string[] {
  const of = (name: string, value: string | number) => `--repo${repo ?? 1}-retention-${name}=${value}`
  const chosen = repo === undefined ? [] : [`--repo=${repo}`]
  if (retention === undefined) return chosen
  const { full, diff, archive } = retention
  return [
    ...chosen,
    of('full-type', typeof full === 'number' ? 'count' : 'time'),
    of('full', Number.parseInt(String(full), 10)),
    ...(diff === undefined ? [] : [of('diff', diff)]),
    ...(archive === undefined ? [] : [of('archive', archive), of('archive-type', 'full')]),
  ]
}

export const args: z.ZodType<PgbackrestExpireArgs, PgbackrestExpireArgs> = z.strictObject({
  ...targetArgs,
  retention: z
    .strictObject({
      full: z.union([z.int().positive(), days]),
      diff: z.int().positive().optional(),
      archive: z.int().positive().optional(),
    })
    .optional(),
  repo: z.int().positive().optional(),
  wait: duration.optional(),
})
