import { raw, sh } from 'run-playbook'
import { AS_OWNER, ORDER, type Order, PGBACKREST, PRIVILEGE_OPTIONS } from 'run-playbook/cluster'
import { CHECKED_NUMBERS, SEARCH_PATH } from 'run-playbook/postgres'

/** What a restore leaves in the file `fenced`: that of a promotion stays. */
export const fence = ({ node, id }: Pick<Order, 'node' | 'id'>): string => `${node}, restore ${id}`

/** From now on nobody starts these data as they are. What was written until now is archived: stopping waits for that. */
export const STOP = (dataDir: string, { node, id }: Order): string => sh`
${raw(AS_OWNER)}
as_owner ${dataDir} sh -c '[ ! -e pgdata ] || [ -e fenced ] || echo "$1" > fenced' sh ${fence({ node, id })} || exit 1
sync
docker stop postgres pgbackrest >/dev/null 2>&1 || true`

/** Whether a container of these runs. */
export const STOPPED = sh`! docker container inspect -f '{{.State.Running}}' postgres pgbackrest 2>/dev/null | grep -q true`

export interface ImagePlaces {
  readonly image: string
  readonly dataDir: string
  readonly backupDir: string
  readonly secrets: string
  readonly lock: string
}

/** Options of `docker run` for a container that restores, and those of the program in it. */
export const fromRepository = ({ repository }: Order) =>
  repository === 'object-store'
    ? {
        network: 'host',
        mount: `--mount type=bind,source=${PGBACKREST},target=/etc/pgbackrest,readonly`,
        options: ['--repository=object-store'],
      }
    : { network: 'none', mount: '', options: [] }

/** A run that was cut short may still be at it: it is ended, and taken up where it was. */
export const restoreNew = (
  { image, dataDir, backupDir, secrets, lock }: ImagePlaces,
  order: Order,
  from = fromRepository(order),
): string => sh`
docker rm -f postgres-restore >/dev/null 2>&1 || true
docker run --rm --init --name postgres-restore --label run-playbook.ours=yes --network ${from.network} --shm-size 256m --stop-signal SIGINT \
  ${raw(PRIVILEGE_OPTIONS)} ${raw(from.mount)} \
  --mount type=bind,source=${dataDir},target=/var/lib/postgresql/data \
  --mount type=bind,source=${backupDir},target=/var/lib/pgbackrest \
  --mount type=bind,source=${secrets},target=/run/secrets,readonly \
  --mount type=bind,source=${lock},target=/tmp/pgbackrest \
  --tmpfs /run/run-playbook:size=64m,mode=0700 \
  ${image} restore new ${[`--as=${order.id}`, `--keep=${order.keep ? 'yes' : 'no'}`, ...from.options, ...order.options]} </dev/null`

/** A repository that was copied back by root is not postgres's, and pgBackRest could not read it. */
export const own = (places: ImagePlaces): string => sh`
docker run --rm --network none --mount type=bind,source=${places.backupDir},target=/var/lib/pgbackrest ${places.image} restore own </dev/null`

export const owned = (places: ImagePlaces): string => sh`
[ -z "$(docker run --rm --network none --mount type=bind,source=${places.backupDir},target=/var/lib/pgbackrest,readonly \
  ${places.image} find /var/lib/pgbackrest ! -user postgres </dev/null | head -n 1)" ]`

/** `report` says that this restore is done. */
export const isDone = (report: string, id: string): string =>
  sh`grep -qx ${`as=${id}`} ${report} 2>/dev/null && grep -qx state=done ${report}`

/** The copy's container works by itself; this waits for its report, and shows its log when it ends without one. */
export const waitForCopy = (report: string, id: string): string => sh`
while :; do
  if grep -qx ${`as=${id}`} ${report} 2>/dev/null; then
    ! grep -qx state=done ${report} || exit 0
    if grep -qx state=failed ${report}; then sed -n 's/^because=//p' ${report} >&2; exit 1; fi
  fi
  [ "$(docker container inspect -f '{{.State.Running}}' postgres-restore 2>/dev/null)" = true ] || break
  sleep 1
done
docker logs --tail 15 postgres-restore >&2
exit 1`

/** Out of the way, and not lost: the new cluster must find neither old data nor an archive of another history. */
export const setAside = (dataDir: string, backupDir: string, { id, keep }: Order): string => sh`
docker stop postgres pgbackrest >/dev/null 2>&1 || true
${raw(AS_OWNER)}
as_owner ${dataDir} sh -c ${DATA_ASIDE} sh ${id} ${keep ? 'yes' : 'no'} || exit 1
if [ -d ${backupDir} ]; then as_owner ${backupDir} sh -c ${REPOSITORY_ASIDE} sh ${id} || exit 1; fi
as_owner ${dataDir} sh -c 'rm -f fenced; sync; echo "$1" > restore.aside' sh ${id}`

const DATA_ASIDE = `rm -rf pgdata.clone pgdata.init pgdata.old rejoin rewinding
[ -e pgdata ] || exit 0
if [ "$2" = yes ]; then mv -T pgdata "pgdata.replaced-$1"; else rm -rf pgdata; fi`

/** The same of the repository alone, of a node that is restored from another one. */
export const repositoryAside = (backupDir: string, { id }: Order): string => sh`
docker stop postgres pgbackrest >/dev/null 2>&1 || true
${raw(AS_OWNER)}
if [ -d ${backupDir} ]; then as_owner ${backupDir} sh -c ${REPOSITORY_ASIDE} sh ${id} || exit 1; fi`

/** Nothing is in the way of the restore; or it is done, and what is there is the repository that was begun since. */
export const isRepositoryAside = (backupDir: string, report: string, id: string): string => sh`
{ [ ! -e ${`${backupDir}/archive`} ] && [ ! -e ${`${backupDir}/backup`} ]; } || { ${raw(isDone(report, id))}; }`

const REPOSITORY_ASIDE = `for part in archive backup; do
  [ -e $part ] || continue
  mkdir -p "aside-$1" && mv $part "aside-$1/" || exit 1
done`

export const isAside = (dataDir: string, id: string): string =>
  sh`grep -qx ${id} ${`${dataDir}/restore.aside`}`

/** The last WAL is on its way: the primary begins another segment after the restore point. */
export const setPoint = (name: string): string => sh`
docker exec -i -u postgres -e PGOPTIONS=${SEARCH_PATH} postgres psql -XAtqw -d postgres -v ON_ERROR_STOP=1 -v name=${name} <<'SQL'
SELECT pg_create_restore_point(:'name');
SELECT pg_switch_wal();
SQL`

/** Waits until this node's repository has all that the primary had written when this began: only the script knows that. */
export const waitForArchive = (
  primary: string,
  backupDir: string,
  repository?: Order['repository'],
): string => sh`${raw(CHECKED_NUMBERS)}
wal=$(docker exec -u postgres -e PGREQUIREAUTH=scram-sha-256 postgres psql -XAtqw -F ' ' -c IDENTIFY_SYSTEM -c 'SHOW wal_segment_size' \
  "host="${primary}" user=replicator dbname=postgres replication=true passfile=/run/run-playbook/pgpass connect_timeout=5" </dev/null) || exit 1
set -- $wal
timeline=$2 lsn=$3 size=$(echo "$wal" | tail -n 1)
unit=1
case $size in *MB) unit=1048576 ;; *GB) unit=1073741824 ;; esac
size=\${size%[MG]B}
if ! is_number "$timeline" || ! is_number "$size" || [ "$size" -eq 0 ] || ! at=$(bytes_of "$lsn"); then
  echo ${`the primary at ${primary} does not say where it is in its WAL`} >&2
  exit 1
fi
size=$((size * unit))
at=$((at - size))
segment=$(printf '%08X%08X%08X' "$timeline" $((at / 4294967296)) $((at % 4294967296 / size)))
folder=$(echo "$segment" | cut -c 1-16)
arrived() {
  if [ ${repository ?? 'local'} = object-store ]; then
    docker exec -u postgres pgbackrest object-store holds "$segment" </dev/null
    return
  fi
  for file in ${backupDir}/archive/main/*/"$folder"/"$segment"-*; do [ ! -f "$file" ] || return 0; done
  return 1
}
end=$(($(date +%s) + ${repository === 'object-store' ? 600 : 60}))
until arrived; do
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 0.5
done
! arrived || exit 0
echo "WAL segment $segment did not arrive in the repository within ${repository === 'object-store' ? 'ten minutes' : 'a minute'}: run-playbook status says what is wrong with it" >&2
exit 1`

/** A folder that is not there, holds something, or is where a disk is mounted. */
export const keptFolder = (dir: string): string => sh`
[ ! -d ${dir} ] || [ -n "$(ls -A ${dir})" ] || [ "$(stat -c %d ${dir})" != "$(stat -c %d ${dir}/..)" ]`

export const orderPath = (dataDir: string): string => `${dataDir}/${ORDER}`
