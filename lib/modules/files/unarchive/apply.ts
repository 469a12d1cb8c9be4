import { posix } from 'node:path'
import type { ShellStep } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { wantedAccess } from '../../shared/access.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { place, stageName } from '../../shared/place.ts'
import type { Unarchive } from './args.ts'
import { FLAGS, formatOf } from './format.ts'
import { select } from './select.ts'
import { type UnarchiveState, inside } from './state.ts'
import { restoreLabels } from '../../shared/labels.ts'

/*
 * The archive is unpacked into a folder beside what it brings, which is ours alone. Nothing is moved before it is known that all can
 * be; and of what is moved the part with `creates` comes last. So a run that is stopped leaves no half for the next one to
 * take for whole.
 */
export function applyUnarchive(given: Unarchive, state: UnarchiveState): ShellStep[] {
  const { dest, payload } = given
  const lines = [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    ...place(inside(dest)),
    `[ -z "$shared" ] || unsafe ${quote(`${dest} is not safe to unpack into: others can write to it`)}`,
    SWEEP,
    `sweep ./${stageName(dest)}.*`,
    `work=$(mktemp -d ./${stageName(dest)}.XXXXXX) || explain ${quote(dest)}`,
    `trap 'sweep "$work"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    'umask 022',
    'mkdir "$work/tree"',
    ...source(given),
    ...unpack(given),
    OUTSIDE,
    ...select(given),
    ...(given.sameOwner === true ? [] : [SPECIAL]),
    ...own(given, state),
    MERGE,
    ...merge(given),
  ]
  return [{ script: lines.join('\n'), stdin: payload?.stdin, explains: true }]
}

// The rm of BusyBox reaches a path as long as one that tar can make only from where tar made it.
const SWEEP = `sweep() {
  for one do
    [ ! -d "$one/tree" ] || (cd -P -- "$one/tree" && rm -rf -- * .[!.]* ..?*) 2>/dev/null || :
    rm -rf -- "$one"
  done
}`

function source({ src, payload }: Unarchive): string[] {
  if (payload === undefined) return [sh`archive=${src}`]
  return [
    'archive=$work/archive',
    'cat >"$archive"',
    'received=$(sha256sum <"$archive")',
    `[ "\${received%% *}" = ${payload.sha256} ] || { echo 'the archive did not arrive whole' >&2; exit 1; }`,
  ]
}

function unpack(given: Unarchive): string[] {
  const { src, stripComponents = 0, sameOwner = false } = given
  const format = formatOf(src) ?? 'tar'
  const strip = stripComponents === 0 ? [] : [`--strip-components=${stripComponents}`]
  const command =
    format === 'zip'
      ? 'unzip -q -o "$archive" -d "$work/tree"'
      : `${sh`tar -x ${FLAGS[format]} ${sameOwner ? [] : ['-o']} ${strip}`} -f "$archive" -C "$work/tree"`
  return [
    `if ! said=$(${command} </dev/null 2>&1); then`,
    `  printf '%s %s\\n' ${quote(`${posix.basename(src)} cannot be unpacked:`)} "$(printf '%s\\n' "$said" | head -n 1)" >&2`,
    '  exit 1',
    'fi',
  ]
}

// The tar of BusyBox makes hard links to files of the host: whoever gets what was unpacked would get those too.
const OUTSIDE = `find "$work/tree" ! -type d -exec stat -c '%h %i' {} + |
  awk '$1 > 1 { found[$2]++; links[$2] = $1 } END { for (i in found) if (found[i] != links[i]) exit 1 }' || {
    echo 'the archive has a hard link to a file that is not in it' >&2
    exit 1
  }`

// Whoever may open a device has the disk or the memory that it stands for.
const SPECIAL = `if [ -n "$(find "$work/tree" ! -type d ! -type f ! -type l -print | head -n 1)" ]; then
  echo 'the archive has a device, a named pipe or a socket, which is unpacked with sameOwner only' >&2
  exit 1
fi`

// A file that gets another owner must not run as that one because somebody else once wanted it to run as them.
function own(given: Unarchive, state: UnarchiveState): string[] {
  const { owner, group, sameOwner = false } = given
  if (sameOwner) return []
  const { uid, gid } = wantedAccess(
    given,
    state.access,
    { type: 'absent' },
    { type: 'directory' },
    { type: 'file' },
  )
  const bits = String.raw`find "$work/tree" ! -type l \( -perm -4000 -o -perm -2000 \) -exec chmod ug-s {} +`
  return [
    ...(owner === undefined && group === undefined ? [] : [`chown -hR ${uid}:${gid} "$work/tree"`]),
    bits,
  ]
}

const MERGE = `fail() { echo "$1" >&2; exit 1; }
merge() {
  for entry in "$work/tree/$1"* "$work/tree/$1".[!.]* "$work/tree/$1"..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    name=\${entry#"$work/tree/"}
    if [ -d "$entry" ] && [ ! -L "$entry" ]; then
      [ ! -L "./$name" ] || fail "$into/$name is a link, and a directory in the archive"
      if [ -d "./$name" ]; then
        is=$(stat -c '%u:%A' -- "./$name")
        case $is in *:d????-??-?) mine "\${is%%:*}" ;; *) false ;; esac ||
          fail "$into/$name is not safe to unpack into: others can write to it"
        merge "$name/"
        continue
      fi
      [ ! -e "./$name" ] || fail "$into/$name is no directory, but one in the archive"
    elif [ -d "./$name" ] && [ ! -L "./$name" ]; then
      fail "$into/$name is a directory, but none in the archive"
    fi
    case $creates/ in "$name"/*) last=$name; continue ;; esac
    [ "$pass" = look ] || put "$entry" "./$name"
  done
}
put() {
  [ ! -L "$2" ] || rm -f -- "$2"
  mv -f -- "$1" "$2"
  ${restoreLabels('-R "$2"')}
}`

const merge = ({ src, dest, creates, within }: Unarchive): string[] => [
  sh`into=${dest === '/' ? '' : dest} creates=${within} last=`,
  // Not by a link to something of the host.
  sh`inside=${posix.dirname(within)}`,
  `brings() {
    whole=$(cd -P -- "$work/tree" && pwd -P) && real=$(cd -P -- "$work/tree/$inside" 2>/dev/null && pwd -P) || return 1
    case $real/ in "$whole"/*) [ -e "$work/tree/$creates" ] || [ -L "$work/tree/$creates" ] ;; *) return 1 ;; esac
  }`,
  `brings || fail ${quote(`${posix.basename(src)} brings no ${creates}; nothing was changed`)}`,
  'pass=look; merge ""',
  'pass=move; merge ""',
  'sync',
  '[ -z "$last" ] || put "$work/tree/$last" "./$last"',
]
