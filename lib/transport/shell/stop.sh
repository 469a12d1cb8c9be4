#!/bin/sh
# Tells the shells of a connection that no further step is to begin: by a file whose name nobody else knows, in every
# folder where they look. It goes when the connection ends; not at once, when that is an accident: a shell may have one
# more reply to write before it notices. Sent before it, by shell-program.ts:
#   N  the nonce
#   S  the name of the stop file
# shellcheck disable=SC2154 # N and S: see above
umask 077
t=''
for d in /tmp /var/tmp /dev/shm; do { true >"$d/$S"; } 2>/dev/null && t=1; done
[ -n "$t" ] || { echo 'none of /tmp, /var/tmp and /dev/shm is writable' >&2; exit 1; }
trap '' HUP INT PIPE TERM
printf '\n%s stopped\n' "$N"
IFS= read -r t || sleep 5
rm -f "/tmp/$S" "/var/tmp/$S" "/dev/shm/$S"
