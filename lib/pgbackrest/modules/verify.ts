import * as z from '../../core/lazy-zod.ts'
import { defineModule } from '../../core/module.ts'
import { sh } from '../../core/sh.ts'
import { neverChanges } from './shared/never-changes.ts'
import { type Duration, duration, seconds } from './shared/duration.ts'
import { backupLabel } from './shared/schemas.ts'
import { TOLD, pgbackrestStep } from './shared/steps.ts'
import { type PgbackrestTarget, probeTimeless, targetArgs, touchesRepository } from './shared/target.ts'

export interface PgbackrestVerifyArgs extends PgbackrestTarget {
  /** Label of a single backup to verify. Needs pgBackRest 2.50 or later. @default all backups and the archived WAL */
  readonly set?: string | undefined
  /** How long it may take: it reads the whole repository. @default '12h' */
  readonly timeout?: Duration | undefined
}

const args: z.ZodType<PgbackrestVerifyArgs, PgbackrestVerifyArgs> = z.strictObject({
  ...targetArgs,
  set: backupLabel.optional(),
  timeout: duration.optional(),
})

/**
 * Runs `pgbackrest verify`: it reads the whole repository and fails if files are damaged or missing. The error names them. It is
 * never reported as changed, and runs in every run. It does not notice WAL that was never archived: pgBackRest does not count this
 * as damage.
 *
 * @dryRun Reported as ok, and not run: the repository is not read. pgBackRest is asked for `info`, so a container that is
 * missing fails. Later tasks of the stanza are unknown, because it is planned like a change.
 *
 * @example
 * pgbackrest.verify('the backups are whole', { container: 'pgbackrest' })
 */
export const verify = neverChanges(
  defineModule({
    name: 'pgbackrest_verify',
    args,
    probe: probeTimeless,
    plan: () => ({ changes: [{ what: 'repository', from: 'unverified', to: 'verified' }] }),
    apply: (args) => {
      const limit = seconds(args.timeout ?? '12h')
      const options = ['--output=text', ...(args.set === undefined ? [] : [`--set=${args.set}`]), ...TOLD]
      return [pgbackrestStep(args, sh`run ${limit} verify ${options} || fail $?` + JUDGED, limit)]
    },
    touches: touchesRepository,
    verify: () => [],
  }),
)

// pgBackRest ends with 0 whatever it finds. A file in a bundle is told once for each of its parts.
const JUDGED = `
verdict=$(printf '%s\\n' "$said" | awk '
  /INFO: (invalid|file missing) / {
    sub(/.*INFO: (invalid [a-z]+|file missing) \\047?/, ""); sub(/\\047.*/, ""); sub(/: \\[.*/, "")
    if (!seen[$0]++) { count += 1; if (count <= 5) names = names (names == "" ? "" : ", ") $0 }
  }
  /status: (error|invalid)/ { bad = 1 }
  END {
    if (count > 0) print "damaged or missing in the repository: " names (count > 5 ? " and " count - 5 " more" : "")
    else if (bad) print "the repository is damaged"
  }')
[ -z "$verdict" ] && exit 0
{
  printf '%s\\n' "$said" | grep -v 'INFO: file missing'
  echo "$verdict"
} >&2
exit 1`
