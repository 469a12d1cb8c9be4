import * as z from '../../../core/lazy-zod.ts'
import { oneOf } from '../../../modules/shared/one-of.ts'
import type { BackupType } from '../../info.ts'
import { type Duration, duration } from '../shared/duration.ts'
import { type PgbackrestTarget, targetArgs } from '../shared/target.ts'
import type { BackupPolicy } from './policy.ts'

export interface Common extends PgbackrestTarget {
  /** Number of the repository. @default the first one */
  readonly repo?: number | undefined
  /**
   * A program in the container to run instead of `pgbackrest backup`, for example a script that does more than the backup. It gets
   * the same `--type`, and must exit with status 50 if another backup is running.
   */
  readonly program?: string | undefined
  /** How long to wait if another backup is running. @default '10m' */
  readonly wait?: Duration | undefined
  /** How long it may take. @default '12h' */
  readonly timeout?: Duration | undefined
}

/** Takes a backup if the newest one is older than the policy allows. */
export interface ScheduledBackup extends Common {
  /** How old the newest backup of each type may become, such as `{ full: '7d', diff: '1d' }`. Use either this or `now`. */
  readonly policy: BackupPolicy
  readonly now?: undefined
}

/** Takes a backup in every run. */
export interface BackupNow extends Common {
  /** Type of the backup. Without an earlier backup that it can depend on, it becomes a full one. Use either this or `policy`. */
  readonly now: BackupType
  readonly policy?: undefined
}

export type PgbackrestBackupArgs = ScheduledBackup | BackupNow

export interface Args extends Common {
  readonly policy?: BackupPolicy | undefined
  readonly now?: BackupType | undefined
}

export const args: z.ZodType<Args, Args> = z
  .strictObject({
    ...targetArgs,
    policy: z
      .strictObject({ full: duration, diff: duration.optional(), incr: duration.optional() })
      .optional(),
    now: z.enum(['full', 'diff', 'incr']).optional(),
    repo: z.int().positive().optional(),
    program: z
      .string()
      .regex(/^[\w./-]+$/, 'must be the name of a program, or its path')
      .optional(),
    wait: duration.optional(),
    timeout: duration.optional(),
  })
  .superRefine(oneOf('policy', 'now'))
