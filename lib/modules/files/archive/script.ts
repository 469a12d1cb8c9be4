import { posix } from 'node:path'
import { quote, sh } from '../../../core/sh.ts'
import type { Format } from '../unarchive/format.ts'

/** What goes into an archive. */
export interface Contents {
  readonly root: string
  readonly paths: readonly string[]
  readonly excludePath: readonly string[]
  readonly exclusionPatterns: readonly string[]
  readonly format: Format
}

/** What compresses, and what brings it back. The time is not kept, so that the same files give the same archive. */
const COMPRESS: Readonly<Record<Format, readonly [forth: string, back: string]>> = {
  tar: ['cat', 'cat'],
  gz: ['gzip -n -c', 'gzip -d -c'],
  xz: ['xz -c', 'xz -d -c'],
  bz2: ['bzip2 -c', 'bzip2 -d -c'],
  zst: ['zstd -q -c', 'zstd -q -d -c'],
  // It compresses each file by itself.
  zip: ['cat', 'cat'],
}

/**
 * Shell functions: `check` says whether all of it can be listed, in its root; `pack` writes it without compression, in the order of the names, and
 * ends with 1 when something could not be read; `squeeze` and `unsqueeze` compress.
 */
export function functions({ root, paths, excludePath, exclusionPatterns, format }: Contents): string[] {
  const within = (path: string): string => `./${posix.relative(root, path)}`
  const inside = excludePath.filter((path) => path.startsWith(root === '/' ? '/' : `${root}/`))
  const left = [
    ...inside.map((path) => sh`-path ${literal(within(path))}`),
    ...exclusionPatterns.map((one) => sh`-name ${one}`),
  ]
  const prune = left.length === 0 ? '' : `\\( ${left.join(' -o ')} \\) -prune -o `
  const [forth, back] = COMPRESS[format]
  return [
    'LC_ALL=C; export LC_ALL',
    sh`root=${root}`,
    `all() { find ${paths.map((path) => quote(within(path))).join(' ')} ${prune}-print0; }`,
    // Of a line each, without the ./ that find begins with.
    `names() { all | tr '\\0' '\\n' | sed 's|^[.]/||' | sort; }`,
    // Whether all of it can be listed.
    `check() {`,
    `  all >/dev/null || return 1`,
    `  [ "$(all | tr -dc '\\n' | wc -c)" -eq 0 ] || { echo 'a name with a line break cannot be archived' >&2; return 1; }`,
    ...(format === 'zip' ? [NO_BLANK] : []),
    '}',
    `pack() {`,
    `  ( cd -P -- "$root" && check || exit 1`,
    `    ${format === 'zip' ? ZIP : TAR} )`,
    '}',
    `squeeze() { ${forth}; }`,
    `unsqueeze() { ${back}; }`,
  ]
}

const TAR = String.raw`names | tr '\n' '\0' | tar -c --no-recursion --null -f - -T -`

// Into a file: zip goes back in what it writes. Without what is of this moment: who owns a file, and when it was read. A name is no option
// and no pattern behind ./
const ZIP = `work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    names | sed 's|^|./|' | zip -q -X -y "$work/all.zip" -@ >&2 || exit 1
    cat "$work/all.zip"`

const NO_BLANK = String.raw`  ! all | tr '\0' '\n' | grep -q '[[:space:]]$' || { echo 'a name that ends in a space cannot be put into a zip' >&2; return 1; }`

/** Whether the programs of the host do what is needed. */
const canPack = (format: Format): string =>
  format === 'zip'
    ? 'command -v zip'
    : String.raw`{ echo | squeeze && printf './\0' | tar -c --no-recursion --null -f /dev/null -T -; }`

/** A pattern of find that stands for itself. */
const literal = (text: string): string => text.replace(/[*?[\]\\]/g, String.raw`\$&`)

/**
 * Prints `same` where the archive holds just what would go in now, otherwise `differs`; before it, `!` with each path that is missing, and
 * `cannot` where the programs of the host are those of BusyBox, whose xz only decompresses, and
 * whose tar may not take a list of names.
 */
export const compare = (contents: Contents, dest: string): string =>
  [
    ...functions(contents),
    `dest=${quote(dest)} missing=`,
    `for path in ${contents.paths.map(quote).join(' ')}; do`,
    `  [ -e "$path" ] || [ -L "$path" ] || { missing=yes; printf '!%s\\n' "$path"; }`,
    'done',
    `${canPack(contents.format)} >/dev/null 2>&1 || echo cannot`,
    '[ -n "$missing" ] || ( cd -P -- "$root" && check ) || exit 1',
    '[ -z "$missing" ] && [ -f "$dest" ] && [ ! -L "$dest" ] || { echo differs; exit 0; }',
    'is=$(unsqueeze <"$dest" 2>/dev/null | sha256sum)',
    // The hash, and before it how it ended where it did not end well.
    'wanted=$( { { pack || echo "broken $?" >&3; } | sha256sum; } 3>&1 )',
    'case $wanted in broken*) exit 1 ;; esac',
    'if [ "$is" = "$wanted" ]; then echo same; else echo differs; fi',
  ].join('\n')

/** Commands that write the archive to `"$temp"`. */
export const write = (contents: Contents): string[] => [
  ...functions(contents),
  'ends=$( { { pack || echo "$?" >&3; } | squeeze >"$temp" || echo "$?" >&3; } 3>&1 )',
  `[ -z "$ends" ] || { echo ${quote('it could not be archived as a whole, so there is no archive')} >&2; exit 1; }`,
]
