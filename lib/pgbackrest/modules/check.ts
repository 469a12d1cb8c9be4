import * as z from '../../core/lazy-zod.ts'
import { defineModule } from '../../core/module.ts'
import { neverChanges } from './shared/never-changes.ts'
import { type Duration, duration, seconds } from './shared/duration.ts'
import { commandStep } from './shared/steps.ts'
import { type PgbackrestTarget, probeTimeless, targetArgs, touchesRepository } from './shared/target.ts'

export interface PgbackrestCheckArgs extends PgbackrestTarget {
  /** How long a WAL segment may take to reach the archive. @default pgBackRest's archive-timeout */
  readonly timeout?: Duration | undefined
}

const args: z.ZodType<PgbackrestCheckArgs, PgbackrestCheckArgs> = z.strictObject({
  ...targetArgs,
  timeout: duration.optional(),
})

/**
 * Runs `pgbackrest check`: it archives a WAL segment and fails if the segment does not reach the repository. It also works on a
 * standby. It is never reported as changed. It runs in every run, unless you give it `when: changed(stanza)` or use it as a handler.
 *
 * @dryRun Reported as ok, and not run: no WAL is archived. pgBackRest is asked for `info`, so a container that is missing fails.
 * Later tasks of the stanza are unknown, because the check is planned like a change.
 *
 * @example
 * pgbackrest.check('the archive works', { container: 'postgres' })
 */
export const check = neverChanges(
  defineModule({
    name: 'pgbackrest_check',
    args,
    probe: probeTimeless,
    plan: () => ({ changes: [{ what: 'archive', from: 'unchecked', to: 'checked' }] }),
    apply: (args) => {
      const { timeout } = args
      const option = timeout === undefined ? [] : [`--archive-timeout=${seconds(timeout)}`]
      const limit = timeout === undefined ? 600 : seconds(timeout) * 3 + 60
      return [commandStep(args, ['check', ...option], limit)]
    },
    touches: touchesRepository,
    verify: () => [],
  }),
)
