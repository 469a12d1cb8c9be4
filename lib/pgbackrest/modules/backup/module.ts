import { z } from 'zod'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type ModuleDefinition, type Plan, defineModule } from '../../../core/module.ts'
import type { BackupType, PgbackrestBackup } from '../shared/info.ts'
import { backupStep } from './apply.ts'
import { type Duration, duration, seconds } from '../shared/duration.ts'
import { type BackupPolicy, type Due, due, summary } from './policy.ts'
import { ownBackups } from '../shared/state.ts'
import {
  type PgbackrestState,
  type PgbackrestTarget,
  placeOf,
  probePgbackrest,
  targetArgs,
  touchesRepository,
} from '../shared/target.ts'

interface Common extends PgbackrestTarget {
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

interface Args extends Common {
  readonly policy?: BackupPolicy | undefined
  readonly now?: BackupType | undefined
}

/**
 * A backup: one that is young enough and of the timeline that PostgreSQL is on, or a new one now. On a standby the standby's
 * files are copied.
 *
 * @example
 * pgbackrest.backup('backup', { container: 'postgres', policy: { full: '7d', diff: '1d' } })
 * pgbackrest.backup('backup now', { container: 'postgres', now: 'incr' })
 */
export const backup = defineModule({
  name: 'pgbackrest_backup',
  args: z
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
    }),
  probe: probePgbackrest,
  plan,
  apply: (args, state) => {
    const { now, repo, program, wait = '10m', timeout = '12h' } = args
    const order = {
      type: now ?? wanted(args, state)?.type ?? 'incr',
      repo,
      program,
      newest:
        state.info.backups
          .map(({ label }) => label)
          .toSorted()
          .at(-1) ?? '',
      orAnother: now === undefined,
      wait: seconds(wait),
      limit: seconds(timeout),
    }
    return [backupStep(args, order)]
  },
  touches: touchesRepository,
  verify: (args, before, after) => {
    const fresh = own(args, after).filter(({ label }) => !has(before, label))
    refuseDamaged(fresh)
    if (args.now === undefined) return plan(args, after).changes
    return fresh.length > 0 ? [] : plan(args, after).changes
  },
} satisfies ModuleDefinition<Args, PgbackrestState>) as unknown as Module<
  PgbackrestBackupArgs,
  PgbackrestState
>

function plan(args: Args, state: PgbackrestState): Plan {
  const found = wanted(args, state)
  if (found === undefined) return { changes: [], because: summary(own(args, state), state.now) }
  const { cluster } = state
  if (cluster && !cluster.running)
    throw new UserError('E_PGBACKREST', `a ${found.type} backup is due, and PostgreSQL does not answer`, {
      hint: 'It has to run while it is backed up. Put waitForPostgres(…) before this task.',
    })
  const changes: Change[] = [{ what: 'backup', from: found.from, to: toward(found, state) }]
  return { changes }
}

function wanted(args: Args, state: PgbackrestState): Due | undefined {
  const good = own(args, state).filter(({ error }) => !error)
  if (args.now) return { type: args.now, from: `newest: ${summary(good.slice(-1), state.now)}` }
  const { cluster } = state
  const timeline = cluster?.running ? cluster.timeline : undefined
  return args.policy && due(args.policy, good, state.now, timeline)
}

const own = (args: Args, { info, cluster }: PgbackrestState): readonly PgbackrestBackup[] =>
  ownBackups(placeOf(args).stanza, info, cluster, args.repo)

const toward = ({ type, from }: Due, { cluster, info }: PgbackrestState): string =>
  [
    from.includes('timeline') ? `${type} on timeline ${cluster?.timeline}` : type,
    ...(info.locked ? ['when the one that runs has ended'] : []),
  ].join(', ')

const has = ({ info }: PgbackrestState, label: string): boolean =>
  info.backups.some((one) => one.label === label)

function refuseDamaged(backups: readonly PgbackrestBackup[]): void {
  const damaged = backups.find(({ error }) => error)
  if (damaged === undefined) return
  throw new UserError('E_PGBACKREST_DAMAGED', `pages with a wrong checksum are in backup ${damaged.label}`, {
    hint: `pgbackrest info --set=${damaged.label} names the files. The data folder itself is damaged: look at the disk, and keep the older backups.`,
  })
}
