import { type Step, raw, sh } from 'run-playbook'
import { AS_OWNER, SECRETS } from 'run-playbook/cluster'
import type { HandedOverArgs } from './handed-over-args.ts'

const HELPER = 'postgres-handover'

/** What can be done while writers still write comes first; then every command is part of their wait. */
export function handOverSteps(args: HandedOverArgs): Step[] {
  const { dataDir, successor, successorAddress } = args
  return [
    { script: prepare(args), timeoutMs: 600_000, explains: true },
    {
      script: sh`d=${dataDir} h=${HELPER} to=${successor} at=${successorAddress}
${raw(AS_OWNER)}
[ -e "$d/fenced" ] ||
  as_owner "$d" sh -c 'echo "$1" > .fenced.new && mv -f .fenced.new fenced' sh "$to ($at), $(date -u +%Y-%m-%dT%H:%M:%SZ)" || exit 1
reason=$(docker stop postgres 2>&1 >/dev/null && docker exec "$h" handover.sh received "$at" 10 2>&1 >/dev/null) && {
  (docker rm -f "$h" >/dev/null 2>&1 &)
  exit 0
}
rm -f "$d/fenced"
docker start postgres >/dev/null
docker rm -f "$h" >/dev/null 2>&1
echo "$reason; this node was opened and started again" >&2
exit 1`,
      timeoutMs: 300_000,
      explains: true,
    },
  ]
}

// A container beside the one that will be stopped: it can ask the successor when there is no PostgreSQL here any more. It goes
// by itself should nobody remove it.
function prepare({ address, port, dataDir, image, successorAddress }: HandedOverArgs): string {
  return sh`docker rm -f ${HELPER} >/dev/null 2>&1
docker run --detach --rm --name ${HELPER} --label run-playbook.ours=yes --network host --volume ${`${dataDir}:/var/lib/postgresql/data:ro`} \
  --volume ${`${SECRETS}:/run/secrets:ro`} --env POSTGRES_OVERLAY_IP=${address} --env POSTGRES_PORT=${port} \
  --entrypoint sleep ${image} 600 >/dev/null || exit 1
docker exec ${HELPER} handover.sh reach ${successorAddress} || exit 1
# The shutdown has a checkpoint to write. The less there is left for it, the shorter the wait.
docker exec -u postgres postgres psql -XAtqw -d postgres -c CHECKPOINT 2>/dev/null
exit 0`
}
