import { posix } from 'node:path'
import { quote, sh } from '../../../core/sh.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { PLACE, overLink, stageName } from '../../shared/place.ts'

/**
 * Functions that work in one folder, after `enter`: `$at` is where the folder is, seen from where we are, `$new` is a name that is
 * ours alone.
 *
 * - `put NUMBER NAME` brings a file, `folder NAME MODE OWNER` makes a folder, `link NAME TARGET` a link at `$new`. A folder gets its
 *   owner at once only where somebody else can put things into the folder around it
 * - `over NAME` moves what is at `$new` to its name; `gone NAME OPTION` removes it
 */
export const BEGIN = `set -eu
LC_ALL=C; export LC_ALL
${EXPLAIN}
${PLACE}
umask 077
begin() {
  at=. new=./$1.new
  if [ -n "$shared" ]; then stage "$1" "$2"; at=.. new=./run-playbook.new
  else trap 'rm -rf -- "$new"' EXIT; trap 'exit 1' HUP INT TERM; rm -rf -- "$new"; fi
}
over() {
  dest=$at/$1
  if [ -L "$dest" ]; then ${overLink('"$new"')} || explain "$folder/$1"
  else
    [ ! -d "$dest" ] || { echo "$folder/$1 has become a directory" >&2; exit 1; }
    mv -fT -- "$new" "$dest" || { [ -z "$shared" ] && mv -f -- "$new" "$dest"; } || explain "$folder/$1"
  fi
}
put() {
  cp -p -- "$work/f/$1" "$new" || explain "$folder/$2"
  over "$2"
}
folder() {
  dest=$at/$1
  if [ -d "$dest" ] && [ ! -L "$dest" ]; then return 0; fi
  if [ -z "$shared" ]; then mkdir -- "$dest" || explain "$folder/$1"; chmod "$2" "$dest"; return 0; fi
  mkdir -- "$new"
  chown "$3" "$new"
  chmod "$2" "$new"
  mv -fT -- "$new" "$dest" || explain "$folder/$1"
}
link() { rm -f -- "$new"; ln -s -- "$2" "$new" || explain "$folder/$1"; }
gone() { rm "$2" -- "$at/$1" || explain "$folder/$1"; }`

/** Brings the archive into a folder of ours and unpacks it, after a look whether it is whole. */
export const RECEIVE = `work=$(mktemp -d "\${TMPDIR:-/tmp}/run-playbook.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$work/archive"
received=$(sha256sum <"$work/archive")
[ "\${received%% *}" = "$wanted" ] || { echo 'the files did not arrive whole' >&2; exit 1; }
tar -x -o -C "$work" -f "$work/archive" </dev/null
rm -f -- "$work/archive"
find "$work/f" -type f -exec touch {} +`

/** Commands in one folder, in a shell of their own. */
export function inFolder(folder: string, lines: readonly string[]): string {
  const all = folder === '/' ? ['/'] : ['/', ...ancestors(posix.join(folder, 'x'))]
  const name = stageName(posix.join(folder, 'x'))
  return [
    '(',
    sh`enter ${all}`,
    `folder=${quote(folder === '/' ? '' : folder)}`,
    sh`begin ${name} ${folder}`,
    ...lines,
    ')',
  ].join('\n')
}
