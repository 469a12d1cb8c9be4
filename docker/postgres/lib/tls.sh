# shellcheck shell=sh disable=SC3043,SC2154
# PostgreSQL reads the files of its TLS when it starts and when it is reloaded. When one is spoiled, a reload keeps what was read
# before, and says so in the log only; the next start fails. So they are looked at while it runs, and before it starts.

tls_settings='ssl ssl_cert_file ssl_key_file ssl_ca_file ssl_crl_file'
# Beside the socket, where the status service reads it.
tls_report=/var/run/postgresql/tls.json

# usage: _read_tls [OPTION…]  (the options of the start; sets the settings above as PostgreSQL would have them)
_read_tls() {
  local name value
  for name in $tls_settings; do
    value=$(_configured "$name" "$PGDATA" "$@") || value=
    case $name/$value in ssl/* | */ | */[/]*) ;; *) value=$PGDATA/$value ;; esac
    eval "$name=\$value"
  done
}

# usage: _tls_trouble  (prints why PostgreSQL would not start with the files, in words; nothing: it would. As postgres)
_tls_trouble() {
  [ "${ssl:-}" = on ] || return 0
  _unreadable "$ssl_cert_file" ||
    _not_parsed "$ssl_cert_file" 'has no certificate that can be read' openssl x509 -noout ||
    _unreadable "$ssl_key_file" ||
    _open_to_others "$ssl_key_file" ||
    _bad_key ||
    { [ -n "$ssl_ca_file" ] && { _unreadable "$ssl_ca_file" ||
      _not_parsed "$ssl_ca_file" 'has no certificate that can be read' openssl x509 -noout; }; } ||
    { [ -n "$ssl_crl_file" ] && { _unreadable "$ssl_crl_file" ||
      _not_parsed "$ssl_crl_file" 'has no list of revoked certificates that can be read' openssl crl -noout; }; } ||
    true
}

# usage: _unreadable FILE  (these print what is wrong; they fail when nothing is)
_unreadable() {
  if [ ! -e "$1" ]; then echo "${1##*/} is missing"
  elif [ ! -f "$1" ]; then echo "${1##*/} is not a file"
  elif [ ! -r "$1" ]; then echo "${1##*/} cannot be read by postgres"
  elif [ ! -s "$1" ]; then echo "${1##*/} is empty"
  else return 1
  fi
}

# usage: _not_parsed FILE WORDS PROGRAM [ARGUMENT…]
_not_parsed() {
  local file="$1" words="$2"
  shift 2
  ! "$@" -in "$file" </dev/null >/dev/null 2>&1 || return 1
  echo "${file##*/} $words"
}

# usage: _open_to_others FILE  (PostgreSQL takes a key of its own user that nobody else may read, or one of root that a group may)
_open_to_others() {
  local owner mode forbidden=077
  owner=$(stat -L -c %u "$1") && mode=$(stat -L -c %a "$1") || return 1
  [ "$owner" != 0 ] || forbidden=037
  case $owner in
    0 | "$(id -u)") ;;
    *) echo "${1##*/} belongs to another user than postgres or root"; return 0 ;;
  esac
  [ "$((0$mode & forbidden))" -ne 0 ] || return 1
  echo "${1##*/} may be used by others than postgres (mode $mode)"
}

# usage: _bad_key  (one with a passphrase is PostgreSQL's to judge: ssl_passphrase_command)
_bad_key() {
  ! grep -q ENCRYPTED "$ssl_key_file" || return 1
  ! _not_parsed "$ssl_key_file" 'has no private key that can be read' openssl pkey -passin pass: -noout || return 0
  [ "$(openssl x509 -in "$ssl_cert_file" -noout -pubkey 2>/dev/null)" != \
    "$(openssl pkey -in "$ssl_key_file" -passin pass: -pubout </dev/null 2>/dev/null)" ] || return 1
  echo "${ssl_key_file##*/} has a key that does not belong to the certificate"
}

# usage: _report_tls TROUBLE  (whole or not at all: somebody may read it at any moment)
_report_tls() {
  local print= authority=
  [ -z "${ssl_cert_file:-}" ] || print=$(openssl x509 -in "$ssl_cert_file" -noout -fingerprint -sha256 2>/dev/null | sed 's/.*=//')
  [ -z "${ssl_ca_file:-}" ] || authority=$(openssl x509 -in "$ssl_ca_file" 2>/dev/null)
  {
    jq -cn --arg trouble "$1" --arg print "$print" --arg authority "$authority" --arg on "${ssl:-}" \
      'def known: if . == "" then null else . end;
        {at: (now | todate), on: ($on == "on"), trouble: ($trouble | known), fingerprint: ($print | known), authority: ($authority | known)}' > "$tls_report.new" &&
      chmod 0644 "$tls_report.new" && mv "$tls_report.new" "$tls_report"
  } 2>/dev/null
}

# usage: _await_tls [OPTION…]  (before anybody is asked whether this node may write: the answer would be old by then)
_await_tls() {
  local trouble
  _has_data || return 0
  while :; do
    _read_tls "$@"
    trouble=$(_tls_trouble)
    [ -n "$trouble" ] || break
    _report_tls "$trouble" || true
    _waiting "PostgreSQL cannot start with TLS: $trouble. run-playbook site writes it again"
    _run sleep 2
  done
}

# usage: _look_at_tls [OPTION…]  (reports it again when a file was changed since the last time; costs one stat when none was)
_look_at_tls() {
  local state
  # shellcheck disable=SC2086  # a list of files, some of which may not be set yet
  state=$(stat -L -c '%n %i %s %Y %Z %u %a' "$config/postgresql.conf" "$PGDATA/postgresql.auto.conf" \
    "${ssl_cert_file:-/}" "${ssl_key_file:-/}" ${ssl_ca_file:-} ${ssl_crl_file:-} 2>&1) || true
  [ "$state" != "${tls_state:-}" ] || return 0
  _read_tls "$@"
  _report_tls "$(_tls_trouble)" || return 0
  tls_state=$state
}
