import {
  UserError,
  ask,
  defineModule,
  defineResourceKind,
  quote,
  raw,
  readerOfOne,
  sh,
  z,
} from 'run-playbook'
import {
  CONFIG,
  PRIVILEGE_OPTIONS,
  REHEARSAL,
  type Rehearsal,
  SECRETS,
  SHARED,
  parseRehearsal,
} from 'run-playbook/cluster'
import { OLD_PROGRAMS } from './old-programs.ts'

const CONTAINER = 'postgres-rehearsal'

/** Rehearsals of a node; there is one. */
const rehearsals = defineResourceKind('rehearsal')

const reader = readerOfOne<Rehearsal | undefined>({
  name: 'rehearsal',
  ask: () => sh`head -n 1 ${REHEARSAL} 2>/dev/null || true`,
  parse: ({ stdout }) => parseRehearsal(stdout.toString()),
  sees: () => [rehearsals.all],
})

const when = ({ at }: Rehearsal): string => new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')

/** Rehearses an upgrade and waits for its end. What came of it is {@link rehearsalResult}'s to tell. */
export const rehearsed = defineModule({
  name: 'postgres_rehearsal',
  args: z.strictObject({
    /** The major version. */
    to: z.int(),
    /** The image that has it. */
    image: z.string(),
    backupDir: z.string(),
    /** Where the copy is made. */
    drillDir: z.string(),
    /** Settings that the new version has to know. */
    settings: z.array(z.string()).readonly(),
  }),
  probe: () => ask(reader, ''),
  plan: ({ to }, last) => ({
    changes: [
      {
        what: `rehearsal of an upgrade to PostgreSQL ${to}`,
        from: last === undefined ? 'never' : `${last.result} on ${when(last)} UTC`,
        to: 'now',
      },
    ],
  }),
  // A failed rehearsal does not fail here, because its report says why. One that left no report does.
  apply: (args, last) => [
    {
      script: `${rehearse(args)}
        [ "$(sed -n 's/.*"at": *\\([0-9]*\\).*/\\1/p' ${quote(REHEARSAL)} 2>/dev/null | head -n 1)" != ${quote(String(last?.at ?? ''))} ] ||
        { echo 'the rehearsal left no report' >&2; exit 1; }`,
      timeoutMs: 24 * 3_600_000,
      explains: true,
    },
  ],
  touches: () => [rehearsals.all],
  verify: () => [],
})

interface Places {
  readonly to: number
  readonly image: string
  readonly backupDir: string
  readonly drillDir: string
  readonly settings: readonly string[]
}

// The image of the container that runs, not what its name means by now: an earlier rehearsal may have been killed, and goes on.
const rehearse = ({ to, image, backupDir, drillDir, settings }: Places): string => sh`
docker rm -f $(docker ps -aq --filter name='^/${raw(CONTAINER)}' --filter label=run-playbook.ours) >/dev/null 2>&1 || true
mkdir -p ${drillDir}
old=$(docker container inspect -f '{{.Image}}' postgres) || exit 1
set --
[ ! -f ${`${SECRETS}/pgbackrest_cipher`} ] || set -- --mount type=bind,source=${`${SECRETS}/pgbackrest_cipher`},target=/run/secrets/pgbackrest_cipher,readonly
docker run --rm --pull never --name ${`${CONTAINER}-programs`} --label run-playbook.ours=yes --network none --entrypoint sh "$old" -c ${OLD_PROGRAMS} </dev/null |
  docker run --interactive --rm --init --pull never --name ${CONTAINER} --label run-playbook.ours=yes --network none --cpu-shares 256 --shm-size 256m \
    ${raw(PRIVILEGE_OPTIONS)} --pids-limit 512 --tmpfs /run/run-playbook:size=64m,mode=0700 \
    --mount type=bind,source=${backupDir},target=/var/lib/pgbackrest,readonly \
    --mount type=bind,source=${drillDir},target=/var/lib/postgresql/data \
    --mount type=bind,source=${CONFIG},target=/etc/postgresql,readonly \
    --mount type=bind,source=${`${SHARED}/lock`},target=/tmp/pgbackrest \
    --mount type=bind,source=${`${SHARED}/state`},target=/var/lib/run-playbook \
    "$@" ${image} rehearse ${[String(to), ...settings]} || :`

/** Fails, in the words of the rehearsal, when the last one did. */
export const rehearsalResult = defineModule({
  name: 'postgres_rehearsal_result',
  args: z.strictObject({}),
  probe: () => ask(reader, ''),
  plan: (_args, last) => {
    if (last === undefined)
      throw new UserError('E_REHEARSAL_FAILED', 'no upgrade was rehearsed on this node yet')
    if (last.result === 'failed') throw new UserError('E_REHEARSAL_FAILED', last.text)
    return { changes: [], because: `from ${last.from} to ${last.to}, in ${last.seconds} s` }
  },
  apply: () => [],
  touches: () => [],
})
