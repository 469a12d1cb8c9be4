import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import type { PgbackrestBackup } from '../../info.ts'
import { ownBackups } from '../shared/state.ts'
import { type PgbackrestState, placeOf } from '../shared/target.ts'
import { type Due, due, summary } from './policy.ts'
import { type Args } from './args.ts'

export function plan(args: Args, state: PgbackrestState): Plan {
  const found = wanted(args, state)
  if (found === undefined) return { changes: [], because: summary(own(args, state), state.now) }
  const { cluster } = state
  if (cluster && !cluster.running)
    throw new UserError('E_PGBACKREST', `a ${found.type} backup is due, but PostgreSQL does not answer`, {
      hint: 'PostgreSQL must run during a backup. Add waitForPostgres(…) before this task.',
    })
  const changes: Change[] = [{ what: 'backup', from: found.from, to: toward(found, state) }]
  return { changes }
}

export function wanted(args: Args, state: PgbackrestState): Due | undefined {
  const good = own(args, state).filter(({ error }) => !error)
  if (args.now) return { type: args.now, from: `newest: ${summary(good.slice(-1), state.now)}` }
  const { cluster } = state
  const timeline = cluster?.running ? cluster.timeline : undefined
  return args.policy && due(args.policy, good, state.now, timeline)
}

export const own = (args: Args, { info, cluster }: PgbackrestState): readonly PgbackrestBackup[] =>
  ownBackups(placeOf(args).stanza, info, cluster, args.repo)

const toward = ({ type, from }: Due, { cluster, info }: PgbackrestState): string =>
  [
    from.includes('timeline') ? `${type} on timeline ${cluster?.timeline}` : type,
    ...(info.locked ? ['when the one that runs has ended'] : []),
  ].join(', ')
