import { z } from 'zod'
import type { BackupType } from '../../info.ts'
import { type Duration, duration } from '../shared/duration.ts'
import { type PgbackrestTarget, targetArgs } from '../shared/target.ts'
import type { BackupPolicy } from './policy.ts'

export interface Common extends PgbackrestTarget {
  /** Number of the repository. @default the first one */
  readonly repo?: number | undefined
  /**
   * A program of the container that takes the backup instead of `pgbackrest backup`, with the same `--type`, and ends with 50 when
   * another one runs. What has to happen around every backup, whoever asks for it, is then in one place.
   */
  readonly program?: string | undefined
  /** How long to wait while another backup runs. @default '10m' */
  readonly wait?: Duration | undefined
  /** How long it may take. @default '12h' */
  readonly timeout?: Duration | undefined
}

/** Backups no older than a policy allows. */
export interface ScheduledBackup extends Common {
  readonly policy: BackupPolicy
  readonly now?: undefined
}

/** A backup now, whatever there is. */
export interface BackupNow extends Common {
  /** One that has no other to build on becomes a full one. */
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
  .refine(({ policy, now }) => (policy === undefined) !== (now === undefined), {
    error: 'takes either `policy`, or `now` with the type of backup',
  })
