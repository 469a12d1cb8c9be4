# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# What the object store says, and what is made of it for the status. Its configuration names one repository, which is the store.

store_problem='' store_info='' backup_pid=''

# usage: _place  (where the backups of this node are, for people)
_place() {
  sed -n 's/^repo1-s3-bucket=//p; s/^repo1-path=//p' "$object_store" | sort -r | tr -d '\n'
}

# usage: _pgbackrest_in_store COMMAND [ARGUMENT…]  (that may hang on a store that hangs)
_pgbackrest_in_store() {
  _in_store timeout "${patience:-300}" pgbackrest --log-level-console=off --log-level-stderr=error "$@" < /dev/null
}

# usage: _store_info [SECONDS]  (prints the JSON; a store that cannot be asked is an answer with a code, not an exit status. With another key, what was
# decrypted stands in an error as it is)
_store_info() {
  patience=${1:-120} _pgbackrest_in_store info --output=json ${1:+--io-timeout=5} 2> /dev/null | LC_ALL=C tr -cd '\n -~' | sed -n '/^\[/,$p'
}

# usage: _archive_id INFO  (the current cluster's folder in an archive, such as 17-1)
_archive_id() {
  printf '%s\n' "$1" | jq -r '.[0].db | max_by(.id) | "\(.version)-\(.id)"'
}

# usage: _system_id INFO  (as it is printed: jq 1.6 has no number of so many digits)
_system_id() {
  printf '%s' "$1" | grep -o '"system-id":[0-9]*' | tail -n 1 | cut -d : -f 2
}

# usage: _wrong WORDS…  (prints CODE TEXT for what pgBackRest said: who has to do what)
_wrong() {
  local words
  words=$(printf %s "$*" | tr -s '\n\t' '  ' | tr -cd ' -~' | sed -E 's/\*\*\* (Path|Request Headers|Response Headers).*\*\*\* Response Content \*\*\*: *//; s/<\?xml[^>]*>//; s/<StringToSign.*//; s/ at line 1:.*//; s/<[^>]*>/ /g; s/  +/ /g; s/ +$//' | cut -c 1-400)
  case $* in
    *AccessDenied* | *InvalidAccessKeyId* | *SignatureDoesNotMatch* | *'403 (Forbidden)'* | *'401 ('*)
      echo "store-denied the object store denies access to $(_place): $words. Check the secrets object-store.access-key and object-store.secret-key, and what that key may do" ;;
    *NoSuchBucket*) echo "store-missing there is no such bucket in the object store: $(_place). Create it, or correct objectStore in the inventory" ;;
    *CryptoError* | *FormatError* | *'found outside of section'* | *'unable to flush'* | *'cipher'* | *'do not match the database'* | *'does not match the database'* | *'database mismatch'*)
      echo "store-foreign $(_place) in the object store belongs to another cluster, or was encrypted with another key than the secret backup.cipher, and is left as it is: set another path in objectStore ($words)" ;;
    *QuotaExceeded* | *InsufficientStorage* | *StorageFull* | *'507 ('* | *'No space left'*)
      echo "store-full the object store is full: $words. Raise its quota, or lower retention in objectStore" ;;
    *ertificate*)
      echo "store-unreachable the object store does not show a TLS certificate that this node trusts: $words. If an authority of your own issued it, set ca in objectStore" ;;
    *) echo "store-unreachable the object store cannot be used: $words. It is tried again by itself" ;;
  esac
}

# usage: _ask_store  (sets store_info, and store_problem to CODE TEXT where there is one; makes the stanza where there is none)
_ask_store() {
  local code text
  store_problem=
  store_info=$(_store_info) || store_info=
  code=$(printf '%s' "$store_info" | jq -r '.[0].status.code // 99' 2> /dev/null) || code=99
  case ${code:-99} in
    0 | 2) _refuse_other_cluster ;;
    1 | 3)
      # Only where nothing is: pgBackRest itself refuses a place that has another cluster's files, or files of another key.
      text=$(_pgbackrest_in_store stanza-create --no-online 2>&1) || { store_problem=$(_wrong "$text"); return 0; }
      _say "began a repository in $(_place)"
      store_info=$(_store_info) ;;
    *)
      text=$(printf '%s' "$store_info" | jq -r '.[0].repo[0].status.message // .[0].status.message' 2> /dev/null) || text=
      store_problem=$(_wrong "${text:-it did not answer within two minutes}") ;;
  esac
}

# usage: _refuse_other_cluster  (a name is not ownership: the system identifier is, and the key)
_refuse_other_cluster() {
  local own theirs
  own=$(LC_ALL=C pg_controldata "$PGDATA" 2> /dev/null | sed -n 's/^Database system identifier: *//p')
  theirs=$(_system_id "$store_info")
  [ -z "$own" ] || [ -z "$theirs" ] || [ "$own" = "$theirs" ] ||
    store_problem="store-foreign $(_place) in the object store has backups of another cluster (system identifier $theirs, that of this cluster is $own), and is left as it is: set another path in objectStore"
}

# usage: _owner  (changes nothing; somebody waits for it)
_owner() {
  local code text
  store_info=$(_store_info 40) || store_info=
  code=$(printf '%s' "$store_info" | jq -r '.[0].status.code // 99' 2> /dev/null) || code=99
  case ${code:-99} in
    0 | 2) echo "cluster $(_system_id "$store_info") $(printf '%s' "$store_info" | jq '.[0].backup | length')" ;;
    1 | 3) echo none ;;
    *)
      text=$(printf '%s' "$store_info" | jq -r '.[0].repo[0].status.message // .[0].status.message' 2> /dev/null) || text=
      text=$(_wrong "${text:-it did not answer}")
      case $text in store-foreign*) echo "foreign ${text#* }" ;; *) echo "silent ${text#* }" ;; esac ;;
  esac
}

# usage: _report_store NOW  (the problems first: the age of that file tells that this is at work)
_report_store() {
  {
    [ -z "$store_problem" ] || printf '%s\twarning\t%s\n' "${store_problem%% *}" "${store_problem#* }"
    _wal_problems "$1"
    _backup_problems "$1"
  } | tr -d '\r' > "$state/object-store.problems.new"
  mv "$state/object-store.problems.new" "$state/object-store.problems"
  [ -z "$store_problem" ] && [ "$1" -ge "${next_listing:-0}" ] || return 0
  next_listing=$(($1 + 120))
  (export OBJECT_STORE_FILES="$work/files"; _in_store timeout 300 repository object-store) > "$work/listing" || : > "$work/listing"
  jq -n --argjson now "$1" --arg place "$(_place)" --rawfile listing "$work/listing" '{at: $now, place: $place, listing: $listing}' > "$state/object-store.json.new" &&
    mv "$state/object-store.json.new" "$state/object-store.json"
}
