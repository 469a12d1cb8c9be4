import { type TaskList, group, sh, shell } from 'run-playbook'

/** The node that was the primary until it handed over. */
export interface Predecessor {
  readonly name: string
  readonly dataDir: string
  readonly address: string
}

/**
 * What a promotion does after the old primary was stopped for it, and what undoes that when it fails: the old primary opens again,
 * unless the successor has become one after all.
 */
export function orHandBack(
  tasks: TaskList,
  successor: { readonly name: string; readonly dataDir: string },
  old: (Predecessor & { readonly port: number }) | undefined,
): TaskList {
  if (old === undefined) return tasks
  return [
    group({}, tasks, {
      rescue: [
        shell('stays a standby', { script: keepStandby(successor.name, successor.dataDir) }),
        shell(`${old.name} is the primary again`, { script: openAgain(old) }, { delegateTo: old.name }),
        shell('not promoted', {
          script: sh`docker start postgres >/dev/null
echo ${`${successor.name} was not promoted; ${old.name} was opened again and is the primary, and no commit is lost. The first error says why. Run the promotion again when that is solved`} >&2
exit 1`,
        }),
      ],
    }),
  ]
}

/** A promotion that was asked for may still come, so its server ends first. With standby.signal it starts as a standby. */
export const keepStandby = (name: string, dataDir: string): string => sh`docker stop postgres >/dev/null
if [ ! -e ${`${dataDir}/pgdata/standby.signal`} ]; then
  docker start postgres >/dev/null
  echo ${`${name} was promoted after all, so its point of no return has been passed. Finish the promotion: run-playbook promote -e to=${name}`} >&2
  exit 1
fi`

/** The entrypoint asks the other nodes before it opens. */
export const openAgain = ({
  dataDir,
  address,
  port,
}: Omit<Predecessor, 'name'> & { readonly port: number }): string =>
  sh`rm -f ${`${dataDir}/fenced`}
sync
docker start postgres >/dev/null
end=$(($(date +%s) + 120))
until docker exec postgres pg_isready -q -U nobody -h ${address} -p ${port} -t 3 </dev/null; do
  says=$(docker exec postgres cat /run/run-playbook/status 2>/dev/null </dev/null) || says=
  case $says in *' is the primary '* | *' was promoted' | *' took over '*) echo "$says" >&2; exit 1 ;; esac
  [ "$(date +%s)" -lt "$end" ] || { docker logs --tail 10 postgres >&2 </dev/null; echo "$says" >&2; exit 1; }
  sleep 1
done`
