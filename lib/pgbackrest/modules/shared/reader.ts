import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import type { Reader } from '../../../core/probe.ts'
import { type Output, output } from '../../../modules/shared/output.ts'
import { type PgbackrestInfo, parseInfo } from '../../info.ts'
import { resource } from './schemas.ts'
import { type PgbackrestPlace, inPlace, seenOf } from './shell.ts'

/** The cluster that is backed up, as it is now. */
export interface PgbackrestCluster {
  readonly systemId: string
  /** Major version. */
  readonly version: string
  readonly timeline: number
  readonly role: 'primary' | 'standby'
  /** False when only its files could be read. */
  readonly running: boolean
}

/** What pgBackRest and PostgreSQL say. */
export interface Pgbackrest {
  readonly info: PgbackrestInfo
  /** Undefined where there is none here: no data yet, or on another host. */
  readonly cluster: PgbackrestCluster | undefined
}

/** The key is a {@link PgbackrestPlace} as JSON. */
export const pgbackrest: Reader<Pgbackrest> = {
  name: 'pgbackrest',
  ask: (keys) => output.ask(keys.map((key) => inPlace(placeOf(key), SCRIPT))),
  parse: (reply, keys) =>
    output
      .parse(reply, keys)
      .map((one, i) => (one instanceof Error ? one : understood(one, placeOf(keys[i] ?? '')))),
  sees: (key) => seenOf(placeOf(key)),
}

export const placeKey = ({ container, user, stanza, config, sees }: PgbackrestPlace): string =>
  JSON.stringify({ container, user, stanza, config, sees })

const place = z.object({
  container: z.string().optional(),
  user: z.string(),
  stanza: z.string(),
  config: z.string().optional(),
  sees: z.array(resource),
})

export const placeOf = (key: string): PgbackrestPlace => place.parse(JSON.parse(key))

// One line about the cluster, then pgBackRest's own. A primary knows its timeline from where it writes. A standby is
// where its primary is, or where it has replayed to; what a stopped cluster was on stands in its pg_control, which has been laid
// out like this since PostgreSQL 11.
const SCRIPT = `
data=$(setting path)
if [ -n "$(setting host)" ]; then echo null
elif ! query "SELECT json_build_object(
    'systemId', (SELECT system_identifier::text FROM pg_control_system()),
    'version', (current_setting('server_version_num')::int / 10000)::text,
    'role', CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
    'timeline', CASE WHEN pg_is_in_recovery()
      THEN greatest((SELECT received_tli FROM pg_stat_wal_receiver),
        (SELECT min_recovery_end_timeline FROM pg_control_recovery()), (SELECT timeline_id FROM pg_control_checkpoint()))
      ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
    'running', true)" 2>/dev/null
then
  if [ -r "$data/global/pg_control" ]; then
    role=primary
    [ ! -e "$data/standby.signal" ] || role=standby
    number() { od -A n -t "u$1" -j "$2" -N "$1" "$data/global/pg_control" | tr -d ' '; }
    printf '{"systemId":"%s","version":"%s","role":"%s","timeline":%s,"running":false}\\n' \\
      "$(number 8 0)" "$(cat "$data/PG_VERSION")" "$role" "$(number 4 48)"
  else echo null; fi
fi
pgbr info --output=json --log-level-console=off`

const cluster = z
  .object({
    systemId: z.string(),
    version: z.string(),
    timeline: z.number(),
    role: z.enum(['primary', 'standby']),
    running: z.boolean(),
  })
  .nullable()

function understood(answer: Output, where: PgbackrestPlace): Pgbackrest | Error {
  if (answer.code !== 0) return whyNot('info', answer, where)
  const [first = '', ...rest] = answer.stdout.split('\n')
  return {
    info: parseInfo(rest.join('\n'), where.stanza),
    cluster: cluster.parse(JSON.parse(first)) ?? undefined,
  }
}

/** Nobody to ask, or pgBackRest's own complaint. Docker's messages aren't translated. */
export function whyNot(
  command: string,
  { code, stdout, stderr }: Output,
  { container, user }: PgbackrestPlace,
): Error {
  const said = stderr.trim() === '' ? stdout.trim() : stderr.trim()
  if (container !== undefined && /no such container|is not running|docker daemon/i.test(said))
    return new UserError('E_PGBACKREST', said.replace(/^Error( response from daemon)?: /, ''), {
      hint: `pgBackRest runs in the container ${container}: start it before this task.`,
    })
  if (/docker: (command )?not found/.test(said))
    return new UserError('E_NO_DOCKER', 'the docker command is not installed', {
      hint: 'Install Docker on the host before this task (on Debian and Ubuntu the package docker.io).',
    })
  if (code === 127 || /: not found$/m.test(said))
    return new UserError('E_PGBACKREST', `there is no pgbackrest ${whereIn(container)}: ${said}`, {
      hint: 'Install the package pgbackrest, or name the container that has it.',
    })
  if (container === undefined && /^su: /m.test(said))
    return new UserError('E_PGBACKREST', `cannot become ${user}: ${said}`, {
      hint: 'Set become: true for the task.',
    })
  return new UserError(
    'E_PGBACKREST',
    `pgbackrest ${command} failed with exit status ${code}: ${explained(said)}`,
    {
      hint: `Run \`pgbackrest ${command}\` on the host, in the same container if there is one: the configuration or the repository is wrong.`,
    },
  )
}

const whereIn = (container: string | undefined): string =>
  container === undefined ? 'on the host' : `in the container ${container}`

/** `ERROR: [055]: unable to … HINT: has …` on one line. */
export const explained = (said: string): string =>
  said
    .slice(Math.max(0, said.indexOf('ERROR: ')))
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ')
