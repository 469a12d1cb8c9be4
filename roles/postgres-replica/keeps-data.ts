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
# The entrypoint was about to delete the old data. It would copy again.
if [ -z "$went" ] && [ -e ${`${dataDir}/pgdata.old`} ]; then
  went='the copy was complete, and has taken the place of the old data'
  as_owner ${dataDir} sh -c 'sync && rm -rf pgdata.old && rm -f rejoin' || exit 1
fi
if [ -n "$went" ]; then
  docker start postgres >/dev/null
  echo ${`not aborted, the point of no return has been passed on ${name}: `}"$went" >&2
  exit 1
fi
# The request last: whoever is killed before is known to have begun.
as_owner ${dataDir} sh -c 'rm -rf pgdata.clone && rm -f rejoin && sync' || exit 1
docker start postgres >/dev/null`
