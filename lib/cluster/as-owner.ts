/**
 * A shell function, `as_owner FOLDER COMMAND…`: runs the command in the folder, as whoever the folder belongs to. For what root has to
 * leave in a folder of postgres's: root would follow a link that was planted there.
 */
export const AS_OWNER = `as_owner() (
  cd -P -- "$1" || exit 1
  shift
  uid=$(stat -c %u .)
  [ "$uid" -ne "$(id -u)" ] || exec "$@"
  exec setpriv --reuid="$uid" --regid="$(stat -c %g .)" --clear-groups -- "$@"
)`
