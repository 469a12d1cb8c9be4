import { raw, sh } from 'run-playbook'
import {
  AS_OWNER,
  CONFIG,
  KEPT_LISTS,
  PGBACKREST,
  PRIVILEGE_OPTIONS,
  SECRETS,
  SHARED,
  type UpgradeOrder,
  keptData,
  upgradeMark,
} from 'run-playbook/cluster'
import { SEARCH_PATH } from 'run-playbook/postgres'
import { OLD_PROGRAMS } from './old-programs.ts'

export interface Places {
  readonly dataDir: string
  readonly backupDir: string
  readonly order: UpgradeOrder
}

const CONTAINER = 'postgres-upgrade'

/** The programs of the old version, for as long as the upgrade needs them. */
export const PROGRAMS = `${SHARED}/upgrade`

export const markPath = (dataDir: string, ...name: Parameters<typeof upgradeMark>): string =>
  `${dataDir}/${upgradeMark(...name)}`

/** What an upgrade leaves in the file `fenced`: that of a promotion stays. */
const fence = ({ node, id }: UpgradeOrder): string => `${node}, upgrade ${id}`

/** Whether the old data are where they are kept. */
export const isKept = ({ dataDir, order }: Places): string => sh`[ -d ${`${dataDir}/${keptData(order)}`} ]`

const run = ({ dataDir, backupDir, order }: Places, what: string, ...options: string[]): string => sh`
docker run --rm --init --pull never --name ${CONTAINER} --label run-playbook.ours=yes --network none --shm-size 256m --stop-signal SIGINT \
  ${raw(PRIVILEGE_OPTIONS)} --tmpfs /run/run-playbook:size=64m,mode=0700 ${raw(options.join(' '))} \
  --mount type=bind,source=${dataDir},target=/var/lib/postgresql/data \
  --mount type=bind,source=${backupDir},target=/var/lib/pgbackrest \
  --mount type=bind,source=${PROGRAMS},target=/opt/postgresql-old \
  --mount type=bind,source=${CONFIG},target=/etc/postgresql,readonly \
  --mount type=bind,source=${PGBACKREST},target=/etc/pgbackrest,readonly \
  --mount type=bind,source=${SECRETS},target=/run/secrets,readonly \
  --mount type=bind,source=${`${SHARED}/lock`},target=/tmp/pgbackrest \
  ${order.image} upgrade ${what} ${[order.id, String(order.from), String(order.to), ...order.settings]}`

/** One that was cut short may still be at it. */
const REMOVE = sh`docker rm -f $(docker ps -aq --filter name='^/${raw(CONTAINER)}' --filter label=run-playbook.ours) >/dev/null 2>&1 || true`

/** Before anything stops: the old programs are on the node, and an empty cluster of the new version beside the data. */
export const prepare = (places: Places): string => sh`
${raw(REMOVE)}
rm -f ${`${PROGRAMS}/complete`}
mkdir -p -m 0755 ${PROGRAMS}
old=$(docker container inspect -f '{{.Image}}' postgres)
docker run --rm --pull never --name ${`${CONTAINER}-programs`} --label run-playbook.ours=yes --network none --entrypoint sh "$old" -c ${OLD_PROGRAMS} </dev/null |
  ${raw(run(places, 'prepare', '--interactive').trim())}
echo ${places.order.id} > ${`${PROGRAMS}/complete`}`

/** Where the old data are set aside the image of the container is the new one. */
export const isPrepared = (places: Places): string =>
  sh`grep -qxF ${places.order.id} ${`${PROGRAMS}/complete`} 2>/dev/null || ${raw(isKept(places))}`

/**
 * From here on nobody can write. The less there is left for the checkpoint of the shutdown, the shorter the wait; it also waits until the replicas
 * and the archive have everything.
 */
export const stop = ({ dataDir, order }: Places): string => sh`${raw(AS_OWNER)}
docker stop pgbackrest >/dev/null 2>&1 || true
docker exec -u postgres -e PGOPTIONS=${SEARCH_PATH} postgres psql -XAtqw -d postgres -c CHECKPOINT </dev/null >/dev/null 2>&1 || true
as_owner ${dataDir} sh -c '[ -e fenced ] || echo "$1" > fenced; sync' sh ${fence(order)}
docker stop postgres >/dev/null`

export const isStopped = (places: Places): string =>
  sh`${raw(isKept(places))} || [ "$(docker container inspect -f '{{.State.Running}}' postgres 2>/dev/null)" != true ]`

/** The data of the primary are upgraded. */
export const upgrade = (places: Places): string => sh`${raw(REMOVE)}
${raw(run(places, 'run').trim())} </dev/null`

/** A replica is copied anew. What it has is kept: pgBackRest's lists first, because the data say that this is done. */
export const setAside = ({ dataDir, backupDir, order }: Places): string => sh`${raw(AS_OWNER)}
docker stop postgres pgbackrest >/dev/null 2>&1 || true
as_owner ${backupDir} sh -ec ${KEEP_LISTS}
as_owner ${dataDir} sh -ec ${DATA_ASIDE} sh ${keptData(order)}`

const KEEP_LISTS = `[ ! -e ${KEPT_LISTS} ] && [ -e archive/main/archive.info ] || exit 0
rm -rf ${KEPT_LISTS}.new
mkdir ${KEPT_LISTS}.new
for file in archive/main/archive.info* backup/main/backup.info*; do
  [ ! -f "$file" ] || cp -p "$file" ${KEPT_LISTS}.new/
done
ls backup/main > ${KEPT_LISTS}.new/labels
sync
mv -T ${KEPT_LISTS}.new ${KEPT_LISTS}`

const DATA_ASIDE = `rm -rf pgdata.clone pgdata.init pgdata.old rejoin rewinding
mv -T pgdata "$1"
sync`

/** No other server runs, and none is waited for. */
export const mayOpen = ({ dataDir, order }: Places): string => sh`${raw(AS_OWNER)}
as_owner ${dataDir} sh -ec '[ -s upgrade.opened ] || echo "$1" > upgrade.alone
  ! grep -qxF "$2" fenced 2>/dev/null || rm -f fenced
  sync' sh ${order.id} ${fence(order)}`

/** The server is open meanwhile; the first stage, which takes moments, makes the worst plans go away. */
export const analyze = ({ dataDir, order }: Places): string => sh`${raw(AS_OWNER)}
docker exec -u postgres -e PGOPTIONS=${SEARCH_PATH} postgres sh -c 'vacuumdb --all --analyze-in-stages --jobs="$(nproc)" 2>&1' </dev/null
as_owner ${dataDir} sh -c 'echo "$1" > "$2"' sh ${order.id} ${upgradeMark('analyzed')}`

/** Whether this is said of this upgrade, and not of one before it. */
export const isMarked = (
  { dataDir, order }: Pick<Places, 'dataDir' | 'order'>,
  ...name: Parameters<typeof upgradeMark>
): string => sh`grep -qxF ${order.id} ${markPath(dataDir, ...name)} 2>/dev/null`

/** What was there before the upgrade is in its place again. A node of which nothing was moved goes on running. */
export const goBack = ({ dataDir, backupDir, order }: Places): string => sh`${raw(AS_OWNER)}
${raw(REMOVE)}
if [ -e ${`${dataDir}/${keptData(order)}`} ] || [ ! -e ${`${dataDir}/pgdata`} ]; then
  docker stop postgres pgbackrest >/dev/null 2>&1 || true
  as_owner ${dataDir} sh -ec ${DATA_BACK} sh ${keptData(order)}
fi
as_owner ${dataDir} sh -ec 'rm -rf pgdata.upgrade upgrade.fresh upgrade.ready upgrade.upgraded upgrade.opened'
if [ -d ${`${backupDir}/${KEPT_LISTS}`} ]; then
  docker stop pgbackrest >/dev/null 2>&1 || true
  as_owner ${backupDir} sh -ec ${LISTS_BACK} sh ${String(order.to)}
fi`

const DATA_BACK = `[ ! -d "$1" ] || { rm -rf pgdata; mv -T "$1" pgdata; }
rm -rf pgdata.clone pgdata.init pgdata.old rejoin rewinding
sync`

// Backups and WAL of the new version go: the old pgBackRest may not know it.
const LISTS_BACK = `for one in backup/main/[0-9]*F*; do
  [ ! -d "$one" ] || grep -qxF "\${one##*/}" ${KEPT_LISTS}/labels || rm -rf "$one"
done
rm -rf archive/main/"$1"-*
[ -e backup/main/latest ] || rm -f backup/main/latest
for name in archive backup; do
  for file in ${KEPT_LISTS}/$name.info*; do
    [ ! -f "$file" ] || { cp -p "$file" $name/main/.kept && mv -f $name/main/.kept "$name/main/\${file##*/}"; }
  done
done
sync
rm -rf ${KEPT_LISTS}`

/** The old data are given up: last, because where there are none this is done. */
export const letGo = ({ dataDir, backupDir, order }: Places): string => sh`${raw(AS_OWNER)}
as_owner ${backupDir} rm -rf ${KEPT_LISTS} ${`${KEPT_LISTS}.new`}
as_owner ${dataDir} rm -rf ${keptData(order)}`
