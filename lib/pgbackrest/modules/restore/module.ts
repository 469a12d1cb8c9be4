import { z } from 'zod'
import { UserError } from '../../../core/errors.ts'
import { type Module, type ModuleDefinition, type Plan, defineModule } from '../../../core/module.ts'
import { ask, askAll } from '../../../core/probe.ts'
import { EVERYTHING, treeResource } from '../../../core/resource.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { sh } from '../../../core/sh.ts'
import { type DataFolder, LABEL_SUM, RECORD, dataFolder, folderKey } from './data-folder.ts'
import { type Duration, duration, seconds } from '../shared/duration.ts'
import {
  type PlainTarget,
  type RestoreTarget,
  epoch,
  restoreTarget,
  spoken,
  targetOptions,
} from './target.ts'
import { backupLabel } from '../shared/schemas.ts'
import { restorable } from '../shared/state.ts'
import { QUIET, pgbackrestStep } from '../shared/steps.ts'
import {
  type PgbackrestState,
  type PgbackrestTarget,
  placeOf,
  probePgbackrest,
  targetArgs,
} from '../shared/target.ts'

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

type Args = Omit<PgbackrestRestoreArgs, 'target'> & { readonly target: PlainTarget }

export interface PgbackrestRestoreState {
  readonly pgbackrest: PgbackrestState
  readonly folder: DataFolder
}

/**
 * A cluster restored into a folder, for PostgreSQL to be started on. A folder that was restored like this stays as it is, whatever
 * PostgreSQL did with it since; one that holds anything else is a failure.
 *
 * @example
 * pgbackrest.restore('the cluster of last night', {
 *   container: 'postgres-drill',
 *   to: '/var/lib/postgresql/data/pgdata',
 *   target: { type: 'time', value: '2026-11-24 02:00:00+00' },
 *   action: 'promote',
 *   archiveMode: 'off',
 * })
 */
export const restore = defineModule({
  name: 'pgbackrest_restore',
  args: z
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
    }),
  probe: (args) =>
    askAll<PgbackrestRestoreState>({
      pgbackrest: probePgbackrest(args),
      folder: ask(dataFolder, folderKey(placeOf(args), args.to)),
    }),
  plan,
  apply: (args, { folder }) => {
    const limit = seconds(args.timeout ?? '12h')
    const delta = folder.holds === 'nothing' ? [] : ['--delta']
    const words = [`--pg1-path=${args.to}`, ...options(args), ...delta, ...QUIET]
    const script = `
said=$(${sh`mkdir -p -m 0700 -- ${args.to}`} 2>&1) || fail $? "$said"
${sh`run ${limit} restore ${words}`} || fail $?
${sh`cd -- ${args.to}`} && label=backup_label && { ${LABEL_SUM}; ${sh`printf '%s\n' ${order(args)}`}; } > ${RECORD}`
    return [pgbackrestStep(args, script, limit)]
  },
  // What is mounted into the container at that place is not known here.
  touches: ({ container, to }) => (container === undefined ? [treeResource(to)] : [EVERYTHING]),
} satisfies ModuleDefinition<Args, PgbackrestRestoreState>) as unknown as Module<
  PgbackrestRestoreArgs,
  PgbackrestRestoreState
>

function plan(args: Args, { pgbackrest, folder }: PgbackrestRestoreState): Plan {
  const { to, target, set, overwrite } = args
  if (folder.restoredBy === order(args)) return { changes: [], because: `restored to ${spoken(target)}` }
  refuseTarget(args, pgbackrest)
  const { holds, inUse } = folder
  if (inUse)
    throw new UserError('E_PGBACKREST_IN_USE', `PostgreSQL runs on ${to}, or left its postmaster.pid there`, {
      hint: 'Stop it. Is it certain that none runs on this folder, then remove postmaster.pid.',
    })
  if (holds === 'other' || (holds === 'cluster' && !overwrite))
    throw new UserError('E_PGBACKREST_NOT_EMPTY', `${to} is not empty: it holds ${HOLDS[holds]}`, {
      hint:
        holds === 'other'
          ? 'Move it aside, or restore into another folder.'
          : 'Move it aside, or say `overwrite: true`: what it holds is lost then.',
    })
  const from = set === undefined ? '' : `, from ${set}`
  return { changes: [{ what: to, from: HOLDS[holds], to: `restored to ${spoken(target)}${from}` }] }
}

const HOLDS = {
  nothing: 'empty',
  unfinished: 'an unfinished restore',
  cluster: 'a PostgreSQL cluster',
  other: 'other files',
} as const

function refuseTarget({ target, set, stanza = 'main', repo }: Args, { info }: PgbackrestState): void {
  const backups = restorable(stanza, info, repo)
  const [oldest] = backups
  if (oldest === undefined)
    throw new UserError('E_PGBACKREST_TARGET', `there is no backup of the stanza ${stanza} to restore`, {
      hint: info.message,
    })
  if (set !== undefined && !backups.some(({ label }) => label === set))
    throw new UserError('E_PGBACKREST_TARGET', `there is no backup ${set}`, {
      hint: `There are ${backups.map(({ label }) => label).join(', ')}`,
    })
  if (target.type !== 'time') return
  const first = backups.find(({ label }) => label === set) ?? oldest
  if (epoch(target.value) >= first.stop) return
  const when = new Date(first.stop * 1000).toISOString()
  throw new UserError('E_PGBACKREST_TARGET', `no backup is as old as ${target.value}`, {
    hint: `${set === undefined ? 'The oldest' : 'This one'} ended at ${when}; only later moments can be restored.`,
  })
}

function options({ target, action, timeline, set, archiveMode, repo }: Args): string[] {
  return [
    ...targetOptions(target),
    ...(action === undefined ? [] : [`--target-action=${action}`]),
    ...(timeline === undefined ? [] : [`--target-timeline=${timeline}`]),
    ...(set === undefined ? [] : [`--set=${set}`]),
    ...(archiveMode === undefined ? [] : [`--archive-mode=${archiveMode}`]),
    ...(repo === undefined ? [] : [`--repo=${repo}`]),
  ]
}

/** What the folder was restored by, on one line. */
const order = (args: Args): string => [`--stanza=${args.stanza ?? 'main'}`, ...options(args)].join(' ')
