import { raw, sh } from 'run-playbook'
import { AS_OWNER, ABORTING, OLD_DATA, type Order } from 'run-playbook/cluster'
import { fence } from './scripts.ts'

/**
 * What was there before the restore is in its place again. Where the old data are is written down first: killed anywhere, the next run goes on
 * from that, for what was moved back could be taken for restored data. A node that nothing was moved on goes on running.
 */
export const goBack = (
  { dataDir, backupDir }: { readonly dataDir: string; readonly backupDir: string },
  { id }: Order,
): string => sh`${raw(AS_OWNER)}
moved() {
  [ -e ${`${dataDir}/pgdata.replaced-${id}`} ] || [ -e ${`${dataDir}/${ABORTING}`} ] || [ -e ${`${backupDir}/aside-${id}`} ] ||
    grep -qx ${`as=${id}`} ${`${dataDir}/restore.report`} 2>/dev/null
}
! moved || {
  docker rm -f postgres-restore >/dev/null 2>&1 || true
  docker stop postgres pgbackrest >/dev/null 2>&1 || true
}
as_owner ${dataDir} sh -ec ${DATA_BACK} sh ${id} || exit 1
if [ -d ${`${backupDir}/aside-${id}`} ]; then as_owner ${backupDir} sh -ec ${REPOSITORY_BACK} sh ${id} || exit 1; fi`

const DATA_BACK = `${OLD_DATA}
was=$(old_data "$1")
echo "$1 $was" > restore.aborting.new
sync
mv -f restore.aborting.new restore.aborting
case $was in
  replaced) [ ! -d "pgdata.replaced-$1" ] || { rm -rf pgdata; mv -T "pgdata.replaced-$1" pgdata; } ;;
  none) rm -rf pgdata ;;
esac
sync
rm -rf pgdata.restore pgdata.restored "tablespaces.$1" restore.aside
! grep -qx "as=$1" restore.report 2>/dev/null || rm -f restore.report`

const REPOSITORY_BACK = `for part in archive backup; do
  [ -e "aside-$1/$part" ] || continue
  if [ -e "$part" ]; then echo "$PWD/$part is in the way of $PWD/aside-$1/$part" >&2; exit 1; fi
  mv "aside-$1/$part" .
done
rmdir "aside-$1"
sync`

/** The old cluster runs again. A node that had no data before has none now, and `site` makes it a replica. */
export const openOld = (
  dataDir: string,
  address: string,
  port: number,
  order: Order,
): string => sh`${raw(AS_OWNER)}
as_owner ${dataDir} sh -c '! grep -qxF "$1" fenced 2>/dev/null || rm -f fenced; sync' sh ${fence(order)} || exit 1
[ -f ${`${dataDir}/pgdata/global/pg_control`} ] || exit 0
docker start postgres >/dev/null
docker start pgbackrest >/dev/null 2>&1 || true
end=$(($(date +%s) + 300))
until docker exec postgres pg_isready -q -U nobody -h ${address} -p ${port} -t 3 </dev/null; do
  [ "$(date +%s)" -lt "$end" ] || {
    docker logs --tail 10 postgres >&2 </dev/null
    echo 'the old data is in place again, but PostgreSQL does not accept connections. Run the abort again when that is solved' >&2
    exit 1
  }
  sleep 1
done`
