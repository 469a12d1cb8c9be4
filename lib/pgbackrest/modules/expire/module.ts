import { z } from 'zod'
import type { Change } from '../../../core/change.ts'
import { type Plan, defineModule } from '../../../core/module.ts'
import { ask } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { type Expiry, expiry, expiryKey } from './reader.ts'
import { type Duration, duration, seconds } from '../shared/duration.ts'
import { QUIET, pgbackrestStep } from '../shared/steps.ts'
import { type PgbackrestTarget, placeOf, targetArgs, touchesRepository } from '../shared/target.ts'

export interface Retention {
  /** How many full backups are kept, with those that build on them; or for how many days, such as `'30d'`. */
  readonly full: number | `${number}d`
  /** How many differential backups are kept. A full one counts as one. */
  readonly diff?: number | undefined
  /** For how many of the newest full backups all WAL is kept. Older ones can then be restored only to their own end. */
  readonly archive?: number | undefined
}

export interface PgbackrestExpireArgs extends PgbackrestTarget {
  /** @default what pgBackRest's configuration says */
  readonly retention?: Retention | undefined
  /** Number of the repository. @default the first one */
  readonly repo?: number | undefined
  /** How long to wait while a backup runs. @default '10m' */
  readonly wait?: Duration | undefined
}

const days = z.custom<`${number}d`>(
  (value) => typeof value === 'string' && /^[1-9]\d*d$/.test(value),
  "must be a number, or days such as '30d'",
)

/**
 * No more backups and no more WAL than a retention says. A dry run names what would go.
 *
 * @example
 * pgbackrest.expire('keep four weeks', { container: 'pgbackrest', retention: { full: 4, diff: 7 } })
 */
export const expire = defineModule<PgbackrestExpireArgs, Expiry>({
  name: 'pgbackrest_expire',
  args: z.strictObject({
    ...targetArgs,
    retention: z
      .strictObject({
        full: z.union([z.int().positive(), days]),
        diff: z.int().positive().optional(),
        archive: z.int().positive().optional(),
      })
      .optional(),
    repo: z.int().positive().optional(),
    wait: duration.optional(),
  }),
  probe: (args) => ask(expiry, expiryKey(placeOf(args), options(args))),
  plan,
  apply: (args) => {
    const wait = seconds(args.wait ?? '10m')
    return [pgbackrestStep(args, waiting(wait, [...options(args), ...QUIET]), wait + LIMIT)]
  },
  touches: touchesRepository,
})

const LIMIT = 3600

function options({ retention, repo }: PgbackrestExpireArgs): string[] {
  const of = (name: string, value: string | number) => `--repo${repo ?? 1}-retention-${name}=${value}`
  const chosen = repo === undefined ? [] : [`--repo=${repo}`]
  if (retention === undefined) return chosen
  const { full, diff, archive } = retention
  return [
    ...chosen,
    of('full-type', typeof full === 'number' ? 'count' : 'time'),
    of('full', Number.parseInt(String(full), 10)),
    ...(diff === undefined ? [] : [of('diff', diff)]),
    ...(archive === undefined ? [] : [of('archive', archive), of('archive-type', 'full')]),
  ]
}

function plan(_args: PgbackrestExpireArgs, { locked, backups, archives }: Expiry): Plan {
  if (locked)
    return { changes: [{ what: 'backups', from: 'unknown while one is taken', to: 'within the retention' }] }
  const changes: Change[] = [
    ...backups.map((label) => ({ what: 'backup', from: label, to: 'expired' })),
    ...archives.map(({ id, start, stop }) => ({
      what: `archive ${id}`,
      from: start === stop ? start : `${start}–${stop}`,
      to: 'expired',
    })),
  ]
  return { changes, because: 'nothing is beyond the retention' }
}

const waiting = (wait: number, words: readonly string[]): string => `
${sh`deadline=$(($(date +%s) + ${wait}))`}
until ${sh`run ${LIMIT} expire ${words}`}; do
  code=$?
  [ $code = 50 ] && [ "$(date +%s)" -lt "$deadline" ] || fail $code
  sleep 3
done`
