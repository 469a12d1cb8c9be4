import { defineModule } from '../../../core/module.ts'
import { ask } from '../../../core/probe.ts'
import { seconds } from '../shared/duration.ts'
import { QUIET, pgbackrestStep } from '../shared/steps.ts'
import { placeOf, touchesRepository } from '../shared/target.ts'
import { expiry, expiryKey } from './reader.ts'
import { args, options } from './args.ts'
import { LIMIT, waiting } from './apply.ts'
import { plan } from './plan.ts'

/**
 * Deletes the backups and the WAL that are older than the retention allows. A dry run lists what would be deleted.
 *
 * @dryRun Runs `pgbackrest expire --dry-run`, and names each backup and range of WAL that would go. While another command holds
 * the lock nobody can say, and it would change. Later tasks of the stanza are unknown.
 *
 * @example
 * pgbackrest.expire('keep four weeks', { container: 'pgbackrest', retention: { full: 4, diff: 7 } })
 */
export const expire = defineModule({
  name: 'pgbackrest_expire',
  args,
  probe: (args) => ask(expiry, expiryKey(placeOf(args), options(args))),
  plan,
  apply: (args) => {
    const wait = seconds(args.wait ?? '10m')
    return [pgbackrestStep(args, waiting(wait, [...options(args), ...QUIET]), wait + LIMIT)]
  },
  touches: touchesRepository,
})
