#!/bin/sh
# Turns a shell of the login user into one of another account. Root is reached with sudo, any other account through root:
# without a password where sudo allows that, otherwise with the password that follows on stdin. Prompts are not matched
# (sudo-rs rewrites them, and they are translated): a prompt only carries the nonce, and the second one means that the
# password was refused. Sent before it, by shell-program.ts:
#   N  the nonce
#   A  the name of the account
#   P  1 when a line with the password follows on stdin
#   B  what the account's shell runs: it reads the next program
# shellcheck disable=SC2154 # N, A, P and B: see above
# shellcheck disable=SC2086 # SSH_CONNECTION is split on purpose
# shellcheck disable=SC2016 # expanded by the shell that root starts

# What root runs with $B and $A. Descriptor 9 is root's lock, for the function share; su and runuser leave it open.
W='umask 077
for L in /run/run-playbook.lock /var/run/run-playbook.lock /tmp/run-playbook.lock; do
[ -f "$L" ] && [ ! -L "$L" ] && { true 9<>"$L"; } 2>/dev/null && exec 9<>"$L" && break
done
command -v runuser >/dev/null && exec runuser -s /bin/sh -c "$0" "$1"
exec su -s /bin/sh -c "$0" "$1"'
[ "$A" != root ] || W='eval "$0"'

# become COMMAND…: as root
root() { exec "$@" /bin/sh -c "$W" "$B" "$A"; }
drop() { [ -z "$P" ] || IFS= read -r _; }
# The account that logged in. It goes through root like any other where it may: only so does it share root's lock.
self() { [ "$(id -un)" = "$A" ]; }
own() { if self; then drop; exec /bin/sh -c "$B"; fi; }

set -- $SSH_CONNECTION
printf '\n%s become %s\n' $N "${3:--}" || exit
id -u "$A" >/dev/null 2>&1 || { echo "there is no account $A" >&2; exit 1; }
if [ "$(id -u)" = 0 ]; then drop; root; fi
if ! command -v sudo >/dev/null; then
  own
  echo 'sudo is not installed' >&2
  exit 127
fi
if [ "$A" = root ] && [ -z "$P" ]; then root sudo -n --; fi
if sudo -n -- /bin/sh -c : 2>/dev/null </dev/null; then drop; root sudo -n --; fi
if [ "$A" != root ] && ! self && sudo -n -u "$A" -- /bin/sh -c : 2>/dev/null </dev/null; then
  drop
  exec sudo -n -u "$A" -- /bin/sh -c "$B"
fi
[ -z "$P" ] || root sudo -S -p "$N " --
own
root sudo -n --
