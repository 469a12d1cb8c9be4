import { defineRole, raw, sh, shell, z } from 'run-playbook'
import { SEARCH_PATH } from 'run-playbook/postgres'
import { keepStandby, openAgain } from './hand-back.ts'

/** The node that was to take over: it stays a replica, also where it was asked to become the primary in the last moment. */
export const postgresStaysReplica = defineRole({
  name: 'postgres-stays-replica',
  vars: z.strictObject({ name: z.string(), dataDir: z.string() }),
  tasks: ({ name, dataDir }) => [
    shell('restart as a replica', {
      script: sh`${raw(keepStandby(name, dataDir))}
docker start postgres >/dev/null`,
    }),
  ],
})

/** The node that was about to hand over: it is the primary again. */
export const postgresOpensAgain = defineRole({
  name: 'postgres-opens-again',
  vars: z.strictObject({
    name: z.string(),
    dataDir: z.string(),
    address: z.string(),
    /** @default 5432 */
    port: z.int().default(5432),
    /** Names of the replicas that follow it. */
    replicas: z.array(z.string()),
  }),
  tasks: ({ name, replicas, ...place }) => [
    shell('primary again', {
      script: sh`docker rm -f postgres-handover >/dev/null 2>&1 || true
${raw(openAgain(place))}`,
    }),
    shell('is followed', { script: waitForReplicas(name, replicas) }),
  ],
})

/** Whoever aborts a promotion wants what was there before, and that is more than an open primary. */
const waitForReplicas = (name: string, replicas: readonly string[]): string => sh`end=$(($(date +%s) + 60))
until [ "$(docker exec -u postgres -e PGOPTIONS=${SEARCH_PATH} postgres psql -XAtqw -d postgres -c "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'" </dev/null)" -ge ${String(replicas.length)} ]; do
  [ "$(date +%s)" -lt "$end" ] || {
    echo ${`${name} is the primary again and accepts writes, but not all of ${replicas.join(' and ')} follow it yet. run-playbook status says why`} >&2
    exit 1
  }
  sleep 1
done`
