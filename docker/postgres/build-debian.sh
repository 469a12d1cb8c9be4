#!/bin/sh
# usage: build-debian.sh SUITE TAG
# Builds the database image from Debian packages, for places where no registry answers.
# trixie gives PostgreSQL 17 and pgBackRest 2.55, bookworm PostgreSQL 15 and pgBackRest 2.45. Everything else is
# ./Dockerfile, the same as with the official image. DOCKER_HOST is respected; FRESH=1 makes the base anew.
# shellcheck disable=SC3043
set -eu

# usage: _major SUITE  (the PostgreSQL major version of a Debian release)
_major() {
  case $1 in
    bookworm) echo 15 ;;
    trixie) echo 17 ;;
    *) echo "build-debian: no PostgreSQL is known for '$1'; try trixie or bookworm" >&2; return 1 ;;
  esac
}

# usage: _rootfs SUITE MAJOR  (writes a tar archive to standard output)
# Documentation, translations and LLVM never get unpacked. Without llvmjit.so PostgreSQL leaves JIT out by itself
# (jit_provider missing is a debug message), which saves 150 MB of compiler for a feature that OLTP seldom wants.
# In the hooks $1 is the root folder, expanded by the shell that mmdebstrap starts.
_rootfs() {
  mmdebstrap --quiet --variant=minbase --include="postgresql-$2,pgbackrest,tini,jq,ca-certificates" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/i18n/*' \
    --dpkgopt='path-exclude=/usr/lib/*/gconv/*' --dpkgopt='path-exclude=/usr/lib/*/libLLVM*' \
    --dpkgopt='path-exclude=/usr/lib/*/libz3.so*' --dpkgopt='path-exclude=/usr/lib/llvm-*' \
    --dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/bitcode/*' \
    --dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/llvmjit*' \
    --essential-hook="$(_postgres_user)" \
    --customize-hook="$(_strip "$2")" \
    "$1" -
}

# usage: _postgres_user  (prints a hook: the official image's uid, before Debian picks the next free one)
_postgres_user() {
  cat <<'HOOK'
echo 'postgres:x:999:' >> "$1/etc/group"
echo 'postgres:x:999:999::/var/lib/postgresql:/bin/bash' >> "$1/etc/passwd"
echo 'postgres:*:19000::::::' >> "$1/etc/shadow"
HOOK
}

# usage: _strip MAJOR  (prints a hook: the cluster that the package made, and Debian's perl wrappers, which pull in
# 50 MB of perl to find the one PostgreSQL there is; plain links take their place. dpkg and debconf need perl-base only)
_strip() {
  cat <<HOOK
set -eu
rm -rf "\$1/var/lib/postgresql/$1" "\$1/etc/postgresql/$1" "\$1/var/log/postgresql" "\$1/etc/ssl/private/ssl-cert-snakeoil.key"
for program in "\$1/usr/lib/postgresql/$1/bin/"*; do
  ln -sf "/usr/lib/postgresql/$1/bin/\${program##*/}" "\$1/usr/bin/\${program##*/}"
done
rm -rf "\$1"/usr/share/perl/5.* "\$1"/usr/lib/*/perl/5.* "\$1"/usr/lib/*/libperl.so.* "\$1/usr/bin/tini-static"
rm -rf "\$1"/var/cache/debconf/*-old "\$1"/var/cache/apt/*.bin "\$1"/var/log/*.log "\$1"/var/log/apt
HOOK
}

# usage: _base SUITE MAJOR  (prints the tag of the imported root file system, made only when the recipe changed)
_base() {
  local recipe tag
  recipe=$(sha256sum "$0" | cut -c 1-12)
  tag=run-playbook/postgres-base:$1-$recipe
  if [ -n "${FRESH:-}" ] || ! docker image inspect "$tag" >/dev/null 2>&1; then
    echo "build-debian: $1 with PostgreSQL $2 from Debian packages (about a minute)" >&2
    archive=$(mktemp "${TMPDIR:-/tmp}/postgres-base.XXXXXX")
    trap 'rm -f "$archive"' EXIT
    _rootfs "$1" "$2" > "$archive"
    docker import --change "ENV PG_MAJOR=$2" "$archive" "$tag" >/dev/null
  fi
  echo "$tag"
}

_main() {
  [ $# -eq 2 ] || { sed -n '2s/^# //p' "$0" >&2; exit 1; }
  major=$(_major "$1")
  command -v mmdebstrap >/dev/null || { echo 'build-debian: mmdebstrap is missing: apt-get install mmdebstrap' >&2; exit 1; }
  base=$(_base "$1" "$major")
  # The classic builder: Debian 12's docker.io 20.10 comes without buildx.
  DOCKER_BUILDKIT=0 docker build --quiet --build-arg "BASE=$base" --tag "$2" "$(dirname "$0")" >&2
  echo "build-debian: $2, PostgreSQL $major on $1" >&2
}

_main "$@"
