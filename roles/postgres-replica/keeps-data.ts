import { defineRole, raw, sh, shell, z } from 'run-playbook'
import { AS_OWNER } from 'run-playbook/cluster'

/** A node whose re-clone is aborted: it goes on with the data that it has. */
export const postgresKeepsData = defineRole({
  name: 'postgres-keeps-data',
  vars: z.strictObject({ name: z.string(), dataDir: z.string() }),
  tasks: ({ name, dataDir }) => [shell('keeps its data', { script: keepData(name, dataDir) })],
})

/** The entrypoint works on the data until its container is stopped: only then is it known whether the copy was complete before. */
export const keepData = (name: string, dataDir: string): string => sh`${raw(AS_OWNER)}
docker stop postgres >/dev/null
went=''
[ -e ${`${dataDir}/rejoin`} ] || went='the copy was complete, and has taken the place of the old data'
[ -n "$went" ] || [ -f ${`${dataDir}/pgdata/global/pg_control`} ] || went='the old data has been deleted'
if [ -n "$went" ]; then
  docker start postgres >/dev/null
  echo ${`not aborted, the point of no return has been passed on ${name}: `}"$went" >&2
  exit 1
fi
as_owner ${dataDir} sh -c 'rm -f rejoin && sync && rm -rf pgdata.clone' || exit 1
docker start postgres >/dev/null`
