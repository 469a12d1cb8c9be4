import { quote, sh } from '../../../core/sh.ts'

/** What the host is asked; what else is wanted is chosen from its answer. */
export interface Query {
  readonly paths: readonly string[]
  readonly fileType: 'any' | 'directory' | 'file' | 'link'
  /** Undefined: all levels. */
  readonly depth: number | undefined
  readonly hidden: boolean
  /** One of these names, as the patterns of find. Empty: any. */
  readonly names: readonly string[]
  readonly contains: string | undefined
  readonly checksum: boolean
}

/** Bytes of an answer. */
export const LIMIT = 8 * 1024 * 1024

/** How the script ends when grep does not know the pattern. */
export const BAD_PATTERN = 3

/** Mode, owner, size and times of one entry a line. Names are not among them, for a name may hold a line break. */
const FORMAT = '%f:%u:%g:%s:%X:%Y:%Z:%U:%G'

// Of so many names as fit into one command. Where one of them is gone meanwhile, each is asked about by itself.
const TELL = `if [ -n "$contains" ]; then
  for one do
    shift
    ! grep -E -q -e "$contains" -- "$one" </dev/null 2>/dev/null || set -- "$@" "$one"
  done
fi
[ $# -gt 0 ] || exit 0
all=$(stat -c "$format" -- "$@" 2>/dev/null) ||
  all=$(for one do stat -c "$format" -- "$one" 2>/dev/null || echo gone; done)
printf '%s\\0' "$@"
printf '=%s\\0' "$all"
if [ -n "$checksum" ]; then
  printf '#%s\\0' "$(for one do
    if [ -f "$one" ] && [ ! -L "$one" ]; then sha256sum <"$one" 2>/dev/null || echo -; else echo -; fi
  done)"
fi`

const TYPES = { any: [], directory: ['-type d'], file: ['-type f'], link: ['-type l'] } as const

/**
 * Prints, each ended by a NUL byte: the time, in seconds; for each lot of entries their paths, `=` with a line of numbers for each, and `#` with
 * a hash for each; `!` with a path that is no directory; and at last `end`.
 */
export function script({ paths, fileType, depth, hidden, names, contains, checksum }: Query): string {
  const choose = [
    '-mindepth 1',
    ...(depth === undefined ? [] : [`-maxdepth ${depth}`]),
    ...TYPES[fileType],
    ...(hidden ? [] : [`! -name '.*'`]),
    ...(names.length === 0 ? [] : [`\\( ${names.map((name) => sh`-name ${name}`).join(' -o ')} \\)`]),
  ]
  return `LC_ALL=C
${sh`contains=${contains ?? ''} checksum=${checksum ? 'yes' : ''} format=${FORMAT}`}
export LC_ALL contains checksum format
command -v stat >/dev/null || exit 127
[ -z "$contains" ] || { echo | grep -E -q -e "$contains"; [ $? -le 1 ] || exit ${BAD_PATTERN}; }
{
  date +%s | tr '\\n' '\\0'
  for path in ${paths.map(quote).join(' ')}; do
    if [ -d "\${path%/}/" ]; then find "\${path%/}/" ${choose.join(' ')} -exec sh -c ${quote(TELL)} sh {} +
    else printf '!%s\\0' "$path"; fi
  done
  printf 'end\\0'
} | head -c ${LIMIT}`
}
