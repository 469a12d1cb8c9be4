import { raw, sh } from '../../core/sh.ts'

/**
 * A shell function, `explain PATH`: ends the script with 1, after a line that says why the path cannot be changed
 * where that is known. Tools only say "Operation not permitted" of a file that is immutable.
 */
export const EXPLAIN = `explain() {
  for path in "$1" "$(dirname -- "$1")"; do
    flags=$(lsattr -d -- "$path" 2>/dev/null) || flags=
    case \${flags%% *} in
      *i*) echo "$path is immutable: on the host, chattr -i makes it writable" >&2; exit 1 ;;
      *a*) echo "$path is append-only: on the host, chattr -a makes it writable" >&2; exit 1 ;;
    esac
  done
  while read -r _ _ _ _ mounted _; do
    [ "$(printf '%b' "$mounted")" = "$1" ] || continue
    [ ! -f "$1" ] || echo "$1 is a mount of its own: it takes inPlace: true" >&2
    exit 1
  done </proc/self/mountinfo
  exit 1
}`

/** The command, and what is said when it fails on the path. Needs {@link EXPLAIN}. */
export const orExplain = (command: string, path: string): string => sh`${raw(command)} || explain ${path}`
