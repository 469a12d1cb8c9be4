# shellcheck shell=sh disable=SC3043,SC2154
# pg_upgrade runs the programs of both versions. Those of the old one come from the image that the data were made with: PostgreSQL finds
# its own files beside its programs, wherever these are. Of the libraries that they were linked with only those are used that this
# image lacks, such as another version of ICU: programs of this image that the old server starts never meet them.

old=/opt/postgresql-old

# usage: _unpack_old_programs  (as root; what is missing is said later, where it can be reported)
_unpack_old_programs() {
  local path name
  mkdir -p "$old/libraries"
  tar -xf - -C "$old" || true
  sed -n 's/^library=//p' "$old/tmp/postgresql-old" 2> /dev/null | while read -r path; do
    name=${path##*/}
    _has_library "$name" || ln -sf "$old$path" "$old/libraries/$name"
  done
}

# usage: _has_library NAME
_has_library() {
  local folder
  for folder in /lib /usr/lib /usr/local/lib /lib/*-linux-gnu* /usr/lib/*-linux-gnu*; do
    [ ! -e "$folder/$1" ] || return 0
  done
  return 1
}

# usage: _find_programs MAJOR  (sets newbin, oldbin, from and to: versions such as 17.6)
_find_programs() {
  local missing
  newbin=$(dirname "$(readlink -f "$(command -v postgres)")")
  oldbin=$old$(sed -n 's/^bin=//p' "$old/tmp/postgresql-old" 2> /dev/null)
  [ -x "$oldbin/postgres" ] || _fail 'the programs of the old version could not be read from the image of the container postgres'
  export LD_LIBRARY_PATH="$old/libraries"
  from=$(_version "$oldbin") && [ -n "$from" ] || {
    missing=$(ldd "$oldbin/postgres" 2>&1 | grep 'not found' | tr -d '\t' | tr '\n' ' ')
    _fail "the programs of the old version do not run in this image${missing:+: $missing}"
  }
  to=$(_version "$newbin")
  [ "${to%%.*}" = "$1" ] || _fail "this image has PostgreSQL $to, not $1"
  [ "${from%%.*}" -lt "$1" ] || _fail "the old version is $from already"
}

# usage: _version BIN  (prints 17.6 for "postgres (PostgreSQL) 17.6 (Debian 17.6-1)")
_version() {
  "$1/postgres" --version 2> /dev/null | sed -n 's/^[^0-9]*\([0-9][0-9.]*\).*/\1/p'
}

# usage: _with_old_programs, _with_new_programs  (whom a bare name such as pg_ctl means)
_with_old_programs() {
  path=$PATH
  PATH=$oldbin:$PATH
}

_with_new_programs() {
  PATH=$path
}
