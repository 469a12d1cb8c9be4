import { z } from 'zod'
import { absolutePath } from '../../../core/schemas.ts'
import { type Duration, duration } from '../shared/duration.ts'
import { backupLabel } from '../shared/schemas.ts'
import { type PgbackrestTarget, targetArgs } from '../shared/target.ts'
import { type PlainTarget, type RestoreTarget, restoreTarget } from './target.ts'

export interface PgbackrestRestoreArgs extends PgbackrestTarget {
  /** The data folder to restore into, as pgBackRest sees it. Empty, or not there yet. */
  readonly to: string
  /** How far PostgreSQL recovers when it starts on it. @default { type: 'latest' } */
  readonly target?: RestoreTarget | undefined
  /** What PostgreSQL does when it got there. @default 'pause' as PostgreSQL has it; not for `latest` and `standby` */
  readonly action?: 'pause' | 'promote' | 'shutdown' | undefined
  /** The timeline to follow: a number, or `latest`, `current`. @default PostgreSQL's: latest */
  readonly timeline?: number | 'latest' | 'current' | undefined
  /** The backup to begin with. @default the newest one that the target allows */
  readonly set?: string | undefined
  /** `off` for a cluster that is only looked at: it must not archive into the repository it came from. @default 'preserve' */
  readonly archiveMode?: 'off' | 'preserve' | undefined
  /** Number of the repository. @default pgBackRest's choice */
  readonly repo?: number | undefined
  /**
   * Make a folder that holds another PostgreSQL cluster the restored one: files that are the same are kept, all others are lost.
   *
   * @default false: a failure
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
