import * as z from '../../../core/lazy-zod.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type Duration, duration } from '../shared/duration.ts'
import { backupLabel } from '../shared/schemas.ts'
import { type PgbackrestTarget, targetArgs } from '../shared/target.ts'
import { type PlainTarget, type RestoreTarget, restoreTarget } from './target.ts'

export interface PgbackrestRestoreArgs extends PgbackrestTarget {
  /** The data directory to restore into: a path as pgBackRest sees it. It must be empty or not exist. */
  readonly to: string
  /** How far PostgreSQL recovers when it starts on it. @default { type: 'latest' } */
  readonly target?: RestoreTarget | undefined
  /** What PostgreSQL does when it reaches the target. Not for `latest` and `standby`. @default PostgreSQL's default, 'pause' */
  readonly action?: 'pause' | 'promote' | 'shutdown' | undefined
  /** The timeline to recover along: a number, `latest` or `current`. @default PostgreSQL's default, latest */
  readonly timeline?: number | 'latest' | 'current' | undefined
  /** Label of the backup to restore. @default the newest backup from which the target can be reached */
  readonly set?: string | undefined
  /** `off` for a temporary copy, which must not archive into the repository that it was restored from. @default 'preserve' */
  readonly archiveMode?: 'off' | 'preserve' | undefined
  /** Number of the repository. @default pgBackRest's choice */
  readonly repo?: number | undefined
  /**
   * Restore into a directory that already contains a PostgreSQL cluster. Identical files are kept; all other files in it are lost.
   *
   * @default false: such a directory is an error
   */
  readonly overwrite?: boolean | undefined
  /** How long it may take. @default '12h' */
  readonly timeout?: Duration | undefined
}

export type Args = Omit<PgbackrestRestoreArgs, 'target'> & { readonly target: PlainTarget }

export const args: z.ZodType<Args, PgbackrestRestoreArgs> = z
  .strictObject({
    ...targetArgs,
    to: absolutePath.refine((path) => path !== '/', 'is the whole host'),
    target: restoreTarget.default({ type: 'latest' }),
    action: z.enum(['pause', 'promote', 'shutdown']).optional(),
    timeline: z.union([z.int().positive(), z.enum(['latest', 'current'])]).optional(),
    set: backupLabel.optional(),
    archiveMode: z.enum(['off', 'preserve']).optional(),
    repo: z.int().positive().optional(),
    overwrite: z.boolean().optional(),
    timeout: duration.optional(),
  })
  .refine(({ action, target }) => action === undefined || !['latest', 'standby'].includes(target.type), {
    error: '`action` needs a target to stop at',
  })
