import { UserError } from '../../../core/errors.ts'
import { type Module, defineModule } from '../../../core/module.ts'
import type { PgbackrestBackup } from '../../info.ts'
import { seconds } from '../shared/duration.ts'
import { type PgbackrestState, probePgbackrest, touchesRepository } from '../shared/target.ts'
import { backupStep } from './apply.ts'
import { type PgbackrestBackupArgs, args } from './args.ts'
import { plan, wanted, own } from './plan.ts'

/**
 * Takes a backup: with `policy`, only if there is no recent backup on the current timeline of PostgreSQL; with `now`, in every run.
 * On a standby, the files of the standby are copied.
 *
 * @dryRun Runs `pgbackrest info`, and asks PostgreSQL for its timeline. With `policy`, ok if no backup is due; with `now`, it
 * would change each time. Fails if a backup is due and PostgreSQL does not answer. Unknown if an earlier task would change what
 * is in `sees`, or the container. The backup is not foretold: later tasks of the stanza are unknown.
 *
 * @example
 * pgbackrest.backup('backup', { container: 'postgres', policy: { full: '7d', diff: '1d' } })
 * pgbackrest.backup('backup now', { container: 'postgres', now: 'incr' })
 */
export const backup: Module<PgbackrestBackupArgs, PgbackrestState> = defineModule({
  name: 'pgbackrest_backup',
  args,
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
})

const has = ({ info }: PgbackrestState, label: string): boolean =>
  info.backups.some((one) => one.label === label)

function refuseDamaged(backups: readonly PgbackrestBackup[]): void {
  const damaged = backups.find(({ error }) => error)
  if (damaged === undefined) return
  throw new UserError(
    'E_PGBACKREST_DAMAGED',
    `backup ${damaged.label} contains pages with invalid checksums`,
    {
      hint: `pgbackrest info --set=${damaged.label} lists the files. The data directory itself is damaged: check the disk, and keep the older backups.`,
    },
  )
}
