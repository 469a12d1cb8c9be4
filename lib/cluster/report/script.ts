import { sh } from '../../core/sh.ts'
import { SEARCH_PATH } from '../../pgbackrest/search-path.ts'
import { FACTS, SLOW_FACTS } from '../status/sql.ts'
import { SERVER_CERTIFICATE, SHARED, TLS_REPORT } from '../places.ts'
import { diskScript } from '../facts/disk.ts'
import { ASKS_SCRIPT, VERSION_SCRIPT } from '../facts/server.ts'

/** What `timeout` allows a question: one that hangs must not take the other answers with it. */
const SECONDS = 8
/** And a program in the container: where PostgreSQL hangs psql ends sooner by itself, so then it is the host that is slow. */
const PROGRAM_SECONDS = 16
/** A host that needs longer to start the smallest program is slow. */
const SLOW_SECONDS = 3

const STATE =
  '{{.Name}} {"Status":{{json .State.Status}},"ExitCode":{{.State.ExitCode}},"Error":{{json .State.Error}}}'

/** Rows of one word and one line of JSON. */
const row = (word: string, query: string): string =>
  `SELECT '${word} ' || answer.facts::text FROM (${query}) AS answer;`

// Why a server ended: of its own processes, which no client's name stands before, since it last let somebody in; or why the
// entrypoint gave up.
const LAST_WORDS = `
  sub(/^[^[]*\\[[0-9]+\\] *(FATAL|PANIC): */, "") { words = $0 }
  /ready to accept (read-only )?connections/ { words = "" }
  { last = $0 }
  END {
    if (last ~ /^entrypoint: / && last !~ /^entrypoint: (starting|warning|stopped)/) { sub(/^entrypoint: /, "", last); words = last }
    if (words != "") print "fatal " substr(words, 1, 300)
  }`

// The file has the key, too, which nothing prints.
const CERTIFICATE = `/^-----/ { inside = $0 == "-----BEGIN CERTIFICATE-----"; next } inside { printf "%s", $0 }`

/** Folders of a node, by its vars. */
export interface StatusFolders {
  readonly dataDir: string
  readonly backupDir: string
}

/**
 * POSIX sh: everything that a node can say of itself in one round trip, a line a fact, however much of it is broken. It
 * needs no password: psql runs in the container as postgres.
 */
export function statusScript({ dataDir, backupDir }: StatusFolders): string {
  return `${diskScript(dataDir)}
  for f in repository backup drill object-store pooler/pooler; do
    if [ -r ${SHARED}/state/$f.json ]; then printf '%s\\n' "\${f##*/}.json $(tr -d '\\n' < ${SHARED}/state/$f.json)"; fi
  done
  if [ -r ${SERVER_CERTIFICATE} ]; then echo "certificate $(awk '${CERTIFICATE}' ${SERVER_CERTIFICATE})"; fi
  b=${sh`${backupDir}`}
  if [ -d "$b/backup/main" ]; then echo "folders $(ls "$b/backup/main" | tr '\\n' ' ')"; fi
  df -Pk "$b" 2>/dev/null | awk 'NR == 2 { printf "space %.0f %.0f\\n", $2 * 1024, $4 * 1024 }'
  within() { timeout ${SECONDS} "$@"; }
  say() { printf '%s\\n' "$*"; }
  running() { say "$states" | grep -q "^/$1 {.*\\"Status\\":\\"running\\""; }
  if ! command -v docker >/dev/null; then echo docker missing
  else
    states=$(within docker container inspect -f '${STATE}' postgres pgbackrest pgbackrest-server postgres-status 2>&1)
    if [ $? -eq 124 ]; then echo docker hangs; fi
    say "$states" | sed -n -e 's:^/:container :p' -e 's/.*annot connect to the Docker daemon.*/docker down/p'
    ended=
    if running postgres; then
      timeout ${PROGRAM_SECONDS} docker exec -i -u postgres -e PGCONNECT_TIMEOUT=3 -e PGTZ=UTC -e PGOPTIONS='${SEARCH_PATH} -c statement_timeout=4s' postgres sh -c '
        sed "s/^/tls.json /;q" ${TLS_REPORT} 2>/dev/null
        cat /run/run-playbook/status 2>/dev/null | tr "\\n" " " | sed "s/^/words /"; echo
        ${ASKS_SCRIPT}
        psql -XAtqw -d postgres -p "\${POSTGRES_PORT:-5432}" -f - 2>&1' <<'SQL' || ended=$?
${row('facts', FACTS)}
${row('slow', SLOW_FACTS)}
SQL
      # A server that is silent is one thing, a Docker that starts nothing in the container another.
      if [ -n "$ended" ]; then
        echo "ended $ended"
        before=$(date +%s)
        words=$(timeout ${PROGRAM_SECONDS} docker exec postgres true 2>&1) && {
          took=$(($(date +%s) - before))
          [ $took -lt ${SLOW_SECONDS} ] || echo "docker slow $took"
        } || case $words in
          *'is not running'*) ;;
          *) echo "docker exec $(say "$words" | sed -n '/./{p;q;}')" ;;
        esac
      fi
    fi
    if ! running postgres || [ -n "$ended" ]; then
      within docker logs --tail 200 postgres 2>&1 | awk '${LAST_WORDS}'
    fi
    for c in pgbackrest postgres; do
      if running $c; then
        within docker exec -u postgres $c sh -c '
          ${VERSION_SCRIPT}
          printf "%s\\n" "info $(pgbackrest --stanza=main info --output=json --log-level-console=off --log-level-stderr=error 2>&1 | tr "\\n" " ")"
          ! command -v repository >/dev/null || repository | sed "s/^/repo /"' || echo "info pgbackrest did not answer within ${SECONDS} s"
        break
      fi
    done
  fi
  echo "clock $(date +%s)"`
}
