# shellcheck shell=sh disable=SC3043,SC2154,SC2086
# pg_upgrade, and what has to be true of the result. `work` is the folder of the old data, shut down, `new` that of the new ones.

# usage: _choose_mode  (sets mode: a clone shares blocks with the original where the file system can, and takes neither time nor room. Never
# a link: the old data could not be opened any more once the new server has started)
_choose_mode() {
  mode=copy
  : > "$scratch/clone.test"
  if cp --reflink=always "$scratch/clone.test" "$scratch/clone.test.new" 2> /dev/null; then mode=clone; fi
  rm -f "$scratch/clone.test" "$scratch/clone.test.new"
}

# usage: _server_options  (of both servers: they are reached through a private socket only)
_server_options() {
  echo "-c config_file=$run/recover/postgresql.conf -c hba_file=$run/recover/pg_hba.conf"
}

# usage: _start_server BIN FOLDER
_start_server() {
  _run "$1/pg_ctl" -D "$2" -l "$run/recover/log" -s -w -t 3600 -o "$(_server_options)" start > /dev/null 2>&1 ||
    _fail "the server does not start: $(_said "$run/recover/log")"
}

# usage: _stop_server BIN FOLDER
_stop_server() {
  _run "$1/pg_ctl" -D "$2" -m fast -s -w -t 3600 stop || _fail 'the server could not be shut down'
}

# usage: _new_cluster  (empty, with what pg_upgrade wants to be the same; encoding and locale it takes over by itself)
_new_cluster() {
  local bytes
  bytes=$(_with_old_programs; _recovery_control 'Bytes per WAL segment')
  set -- --pgdata="$new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --no-instructions --wal-segsize=$((bytes / 1048576))
  if [ "$(_with_old_programs; _recovery_control 'Data page checksum version')" != 0 ]; then set -- "$@" --data-checksums
  elif "$newbin/initdb" --help | grep -q no-data-checksums; then set -- "$@" --no-data-checksums
  fi
  _run "$newbin/initdb" "$@" --auth-local=peer --auth-host=scram-sha-256 > "$run/initdb.log" 2>&1 || _fail "initdb: $(tail -n 2 "$run/initdb.log")"
}

# usage: _check_settings  (of this node, and what ALTER SYSTEM has set on the primary, which pg_upgrade does not take along: `altered` has
# the names of now, the backup has the values. It has the file of the primary, whichever node it is of)
_check_settings() {
  local name unknown=
  _begin settings
  for name in $altered; do
    "$newbin/postgres" -D "$new" -C "$name" > /dev/null 2>&1 || case $name in *.*) ;; *) unknown="$unknown $name" ;; esac
  done
  [ -z "$unknown" ] || _fail "PostgreSQL $to does not know what ALTER SYSTEM has set on the primary:$unknown. There: ALTER SYSTEM RESET NAME"
  awk -v names=" $altered " 'index(names, " " $1 " ")' "$work/postgresql.auto.conf" > "$new/postgresql.auto.conf"
  "$newbin/postgres" -D "$new" -c config_file="$config/postgresql.conf" -C max_connections > /dev/null 2> "$run/settings.log" ||
    _fail "PostgreSQL $to does not start with these settings: $(sed -E 's/^.*(ERROR|FATAL|LOG): +//' "$run/settings.log" | tr '\n' ' ' | cut -c 1-500)"
  _noted settings ok "PostgreSQL $to takes the configuration of this node, and what ALTER SYSTEM has set"
}

# usage: _pg_upgrade [OPTION…]
_pg_upgrade() {
  cd "$run/upgrade" || exit
  [ "$mode" = copy ] || set -- "--$mode" "$@"
  _run "$newbin/pg_upgrade" --old-bindir="$oldbin" --new-bindir="$newbin" --old-datadir="$work" --new-datadir="$new" --username=postgres \
    --socketdir="$socket" --jobs="$(nproc)" --old-options="$(_server_options)" --new-options="$(_server_options)" "$@" > "$run/pg_upgrade.log" 2>&1 ||
    _fail "$(_pg_upgrade_said)"
}

# usage: _pg_upgrade_said  (why it failed, with the beginning of the list that it names)
_pg_upgrade_said() {
  local file
  { sed -n '/fatal$/,/^Failure, exiting/p' "$run/pg_upgrade.log" | grep -vE 'fatal$|^Failure|^ *$|^ */' || tail -n 3 "$run/pg_upgrade.log"; } | tr '\n' ' ' | cut -c 1-700 | tr '\n' ' '
  sed -n 's/^ *\(\/[^ ]*\.\(txt\|log\)\)$/\1/p' "$run/pg_upgrade.log" | while read -r file; do
    [ ! -s "$file" ] || head -n 5 "$file" | tr '\n' ' ' | cut -c 1-500
  done
}

# usage: _upgrade
_upgrade() {
  _begin check
  _new_cluster
  _pg_upgrade --check
  _took
  _noted check ok 'pg_upgrade --check finds the clusters compatible'
  _check_settings
  _begin upgrade
  _pg_upgrade
  _took
  _noted upgrade ok "pg_upgrade from $from to $to, mode $mode"
  [ ! -s "$run/upgrade/update_extensions.sql" ] ||
    _noted extensions note "extensions to be updated afterwards: $(grep '^ALTER EXTENSION' "$run/upgrade/update_extensions.sql" | tr '\n' ' ' | cut -c 1-500)"
  _begin start
  _start_server "$newbin" "$new"
  _took
  _contents new
}

# usage: _make_statistics  (those of the old version are not taken along below 18; the server is open meanwhile, and slow)
_make_statistics() {
  _begin statistics
  PGOPTIONS=$search_path _run "$newbin/vacuumdb" -h "$socket" --all --analyze-in-stages --jobs="$(nproc)" > "$run/vacuumdb.log" 2>&1 ||
    _fail "vacuumdb --analyze-in-stages: $(_last_said "$run/vacuumdb.log")"
  _took
  _noted statistics ok 'vacuumdb --analyze-in-stages made them anew'
  _stop_server "$newbin" "$new"
}

_last_said() { tail -n 2 "$1" | tr '\n' ' '; }

# usage: _contents NAME  (of the server that runs now: roles with their passwords, databases, and how many rows each table has)
_contents() {
  local database
  PGOPTIONS=$search_path psql -XAtq -h "$socket" -d postgres -v ON_ERROR_STOP=1 > "$run/contents.$1" 2> "$run/psql.log" <<'SQL' || _fail "the server does not answer: $(_last_said "$run/psql.log")"
SELECT 'role', rolname, rolsuper, rolcanlogin, rolreplication, md5(coalesce(rolpassword, '')) FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY rolname;
SELECT 'member', roleid::regrole, member::regrole FROM pg_auth_members WHERE member::regrole::text !~ '^pg_' ORDER BY 2, 3;
SELECT 'database', datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database ORDER BY datname;
SQL
  : > "$run/collations.$1"
  PGOPTIONS=$search_path psql -XAtq -h "$socket" -d postgres -c 'SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname' > "$run/databases"
  while IFS= read -r database; do
    echo "in $database" >> "$run/contents.$1"
    # Row by row of what \gexec is told: one statement for each table.
    PGDATABASE=$database PGOPTIONS=$search_path psql -XAtq -h "$socket" -v ON_ERROR_STOP=1 >> "$run/contents.$1" 2> "$run/psql.log" <<'SQL' || _fail "the tables of the database $database cannot be read: $(_last_said "$run/psql.log")"
SELECT format('SELECT %L, count(*) FROM ONLY %I.%I', format('%I.%I', nspname, relname), nspname, relname)
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind IN ('r', 'm') AND relispopulated AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname, relname \gexec
SELECT 'sequence', schemaname, sequencename, last_value FROM pg_sequences ORDER BY 2, 3;
SELECT 'extension', extname, extversion FROM pg_extension ORDER BY extname;
SQL
    PGDATABASE=$database PGOPTIONS=$search_path psql -XAtq -h "$socket" >> "$run/collations.$1" 2> /dev/null <<'SQL' || true
SELECT DISTINCT current_database(), collname, pg_collation_actual_version(pg_collation.oid) FROM pg_index
  JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  JOIN pg_collation ON pg_collation.oid = ANY (indcollation)
  WHERE nspname !~ '^pg_' AND pg_collation_actual_version(pg_collation.oid) IS NOT NULL ORDER BY 2;
SQL
  done < "$run/databases"
}

# usage: _same_contents NAME
_same_contents() {
  cmp -s "$run/contents.old" "$run/contents.$1"
}

# usage: _differs NAME
_differs() {
  diff "$run/contents.old" "$run/contents.$1" | grep '^[-+<>]' | head -n 6 | tr '\n' ' ' | cut -c 1-500
}

# usage: _compare_collations  (an index whose collation sorts otherwise now does not find what is in it)
_compare_collations() {
  local words
  words=$(cat "$run/collations.old" "$run/collations.new" | sort | uniq -u | cut -d '|' -f 1,2 | sort -u | sed 's/|/ (collation /; s/$/)/' | tr '\n' ' ' | cut -c 1-500)
  [ -z "$words" ] || _noted collations note "the new image sorts text by another version of a collation that indexes use: REINDEX DATABASE after the upgrade in $words"
}
