import { type Resource, paths } from '../../../core/resource.ts'
import { quote, raw, sh } from '../../../core/sh.ts'
import { containers } from '../../../modules/docker/shared/kinds.ts'
import { served } from '../../../modules/shared/served.ts'
import { SEARCH_PATH } from '../../search-path.ts'
import { stanzas } from './stanzas.ts'

/** Where pgBackRest runs, and for which stanza. */
export interface PgbackrestPlace {
  /** A running container; on the host itself where there is none. */
  readonly container?: string | undefined
  readonly user: string
  readonly stanza: string
  readonly config?: string | undefined
  /** What the answers rest on besides. */
  readonly sees: readonly Resource[]
}

/** What pgBackRest's answers depend on: the stanza itself, and what other modules change. */
export const seenOf = (place: PgbackrestPlace): Resource[] => [
  stanzas.at(place.stanza),
  ...surroundingsOf(place),
]

/** What pgBackRest's answers depend on that other modules change. */
export function surroundingsOf({ container, config, sees }: PgbackrestPlace): Resource[] {
  const own =
    container === undefined
      ? [paths.below('/etc/pgbackrest'), paths.at(config ?? '/etc/pgbackrest.conf')]
      : [containers.at(container)]
  // The server that is backed up: started, stopped or promoted it answers something else.
  return [...own, ...(sees.length > 0 ? sees : [served.all])]
}

/**
 * Shell that runs `script` where pgBackRest is, as its user, with the functions of {@link TOOLS} at hand and nothing on
 * standard input.
 */
export function inPlace(place: PgbackrestPlace, script: string): string {
  const { container, user, stanza, config } = place
  const options = [...(config === undefined ? [] : [`--config=${config}`]), `--stanza=${stanza}`]
  const body = `LC_ALL=C
export LC_ALL
cd /
${sh`stanza=${stanza} config=${config ?? ''}`}
pgbr() { \${_limit:+timeout "$_limit"} pgbackrest ${sh`${options}`} "$@" </dev/null; }
${TOOLS}
${script}`
  if (container !== undefined) return sh`docker exec -u ${user} ${container} sh -c ${body}`
  return `script=${quote(body)}
${sh`if [ "$(id -un)" = ${user} ]; then sh -c "$script"; else su -s /bin/sh ${user} -c "$script"; fi ${raw('</dev/null')}`}`
}

/**
 * Where the cluster is that pgBackRest backs up here, which is its own knowledge: `pg1` of the configuration, found in the
 * environment or in the files, the stanza's section before the global one.
 */
const TOOLS = `
# usage: setting NAME  (prints the value of pg1-NAME)
setting() {
  _name=PGBACKREST_PG1_$(echo "$1" | tr a-z- A-Z_)
  printenv "$_name" && return
  _main=\${config:-\${PGBACKREST_CONFIG:-/etc/pgbackrest/pgbackrest.conf}}
  [ -f "$_main" ] || _main=/etc/pgbackrest.conf
  cat "$_main" "\${PGBACKREST_CONFIG_INCLUDE_PATH:-/etc/pgbackrest/conf.d}"/*.conf 2>/dev/null |
    awk -v stanza="$stanza" -v name="pg1-$1" '
      /^[ \\t]*\\[/ { gsub(/[] \\t[]/, ""); section = $0; next }
      {
        at = index($0, "="); key = substr($0, 1, at - 1); gsub(/[ \\t]/, "", key)
        if (at == 0 || key != name) next
        value = substr($0, at + 1); gsub(/^[ \\t]+|[ \\t]+$/, "", value)
        if (section == stanza) own = value; else if (section == "global") common = value
      }
      END { if (own != "") print own; else if (common != "") print common }'
}
# usage: query SQL  (asks that cluster; fails where nobody answers)
query() {
  set -- "$1" "$(setting socket-path)" "$(setting port)" "$(setting user)" "$(setting database)"
  PGCONNECT_TIMEOUT=5 PGOPTIONS='${SEARCH_PATH} -c statement_timeout=10s' psql -XAtqw \${2:+-h "$2"} \${3:+-p "$3"} \${4:+-U "$4"} \\
    -d "\${5:-postgres}" -c "$1" </dev/null
}`
