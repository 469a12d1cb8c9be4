import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { quote, sh } from '../../core/sh.ts'
import { ancestors } from './parent-folders.ts'

/**
 * Shell functions for writing where somebody else can write as well: they work in a folder, not through a path, so that nobody can
 * put a link in the way between a look and a change. The rules for the path are those of systemd-tmpfiles: from a folder that belongs to
 * somebody but root and us, the way leads only to what belongs to the same user; and a link is followed only when it is root's
 * or ours.
 *
 * - `enter FOLDER…` goes into the last one, given all that it lies in from / on. `shared` is `yes` when somebody else can change names in it.
 * - `stage NAME` goes on into a new folder in it that is ours alone; `leave` goes back and removes that.
 * - `hold PATH [read | change | link]` makes `held` a name for what is at `$dest` that nobody else can change; for a folder it goes into
 *   it. To `read` or to `change`, it has to be a regular file; only as a `link` it may be one.
 */
export const PLACE = `unsafe() { echo "$1" >&2; exit 1; }
enter() {
  me=\${_uid:-} system='' owner=0 shared=yes make=\${make:-} count=0 plain=yes
  for line in $(stat -c '%u:%A' -- "$@" 2>/dev/null); do
    count=$((count + 1)) shared=yes
    [ -n "$system" ] || [ "$1" != / ] || system=\${line%%:*}
    case $line in 0:*) ;; *) mine "\${line%%:*}" || plain='' ;; esac
    case $line in *:d????-??-?) shared='' ;; *:d????????[tT]) ;; *) plain='' ;; esac
    owner=\${line%%:*}
  done
  [ "$count" -eq $# ] || plain=''
  while [ $# -gt 1 ]; do shift; done
  if [ -n "$plain" ]; then cd -P -- "$1" || explain "$1"; else walk "$1"; fi
}
mine() {
  me=\${me:-$(id -u)} system=\${system:-$(stat -c %u /)}
  case $1 in 0 | "$me" | "$system") ;; *) return 1 ;; esac
}
walk() {
  cd / && owner=0 rest=\${1#/}/ hops=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*} rest=\${rest#*/}
    case $part in '' | .) continue ;; esac
    if [ "$make" = yes ] && [ ! -e "./$part" ] && [ ! -L "./$part" ]; then
      mine "$owner" ||
        unsafe "$1 is not made: $part is not there, and uid $owner, whom $(pwd -P) belongs to, could put anything in its place. Make it first, for that user"
      ( umask 022; mkdir -- "./$part" ) || explain "$1"
    fi
    is=$(look "./$part") || unsafe "$1: there is no $part in $(pwd -P)"
    to=\${is%%:*}
    mine "$owner" || [ "$owner" = "$to" ] ||
      unsafe "$1 is not safe to write to: uid $owner, whom $(pwd -P) belongs to, can put anything in the place of $part, which belongs to uid $to"
    case $is in
      *:d*) into "./$part" "$is" "$1" ;;
      *:l*)
        mine "$to" || unsafe "$1 is not safe to write to: $part in $(pwd -P) is a link that uid $to made"
        hops=$((hops + 1))
        [ "$hops" -le 40 ] || unsafe "$1: too many links"
        target=$(readlink -n -- "./$part"; echo x)
        rest=\${target%x}/$rest
        case $rest in /*) cd / && to=0 ;; esac ;;
      *) unsafe "$1: $part in $(pwd -P) is not a directory" ;;
    esac
    owner=$to
  done
  shared=yes
  case $(look .) in *:d????-??-?:*) ! mine "$owner" || shared='' ;; *) owner='' ;; esac
}
look() { stat -c '%u:%A:%d:%i' -- "$1" 2>/dev/null; }
into() {
  cd -P -- "$1" && [ "$(look .)" = "$2" ] || unsafe "$3 is not safe to write to: $1 in it was replaced while it was entered"
}
stage() {
  for left in "./$1".*; do
    [ ! -d "$left" ] || [ -L "$left" ] || { rm -f -- "$left"/run-playbook.*; rmdir -- "$left"; } 2>/dev/null || :
  done
  place=$(mktemp -d "./$1.XXXXXX") || explain "$2"
  is=$(look "$place") && mine "\${is%%:*}" || unsafe "$place was replaced while it was made"
  case $is in *:drwx--[S-]---:*) ;; *) unsafe "$place was replaced while it was made" ;; esac
  into "$place" "$is" "$2"
  [ -z "$(ls -A)" ] || unsafe "$place was replaced while it was made"
  trap leave EXIT
  trap 'exit 1' HUP INT TERM
}
leave() {
  trap - EXIT
  rm -f ./run-playbook.*
  cd .. && rmdir -- "$place"
}
hold() {
  held=$dest
  [ -n "$shared" ] || return 0
  if [ -d "$dest" ] && [ ! -L "$dest" ]; then
    leave
    dest=.\${dest#..} held=.
    is=$(look "$dest") && into "$dest" "$is" "$1"
    case $is in *:d*) ;; *) unsafe "$1 was replaced while it was entered" ;; esac
  else
    rm -f ./run-playbook.old
    ln -- "$dest" ./run-playbook.old || explain "$1"
    held=./run-playbook.old
    case \${2:-} in
      link) [ -L "$held" ] ;;
      '') [ ! -L "$held" ] ;;
      *) [ ! -L "$held" ] && [ -f "$held" ] ;;
    esac || unsafe "$1 is not safe to change: something else was put in its place meanwhile"
    is=$(stat -c '%h:%u' -- "$held")
    [ "\${2:-}" = read ] || [ "\${is%%:*}" -le 2 ] || [ "\${is#*:}" = "$owner" ] ||
      unsafe "$1 is not safe to change: the file has other names (hard links), and its folder belongs to somebody else"
  fi
}`

/** Goes to the folder of the path. From then on `"$dest"` is what the path names, and a relative name. */
export function place(path: string, make = false): string[] {
  const name = posix.basename(path)
  const folder = posix.dirname(path)
  const folders = ['/', ...ancestors(path)]
  return [
    PLACE,
    'began=$PWD',
    `${make ? 'make=yes; ' : ''}${sh`enter ${folder === '/' ? ['/'] : folders}`}`,
    `dest=${quote(`./${name}`)}`,
    `if [ -n "$shared" ]; then ${sh`stage ${stageName(path)} ${path}`}; dest=${quote(`../${name}`)}; fi`,
  ]
}

/** Of what is made beside the path for a moment. It comes from the path, so that leftovers can be nobody else's. */
export const stageName = (path: string): string =>
  `.run-playbook-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`

/**
 * Moves the file named here over the link at `$dest`. Without -T, mv would move it into the folder that the link leads to.
 * BusyBox 1.35 refuses -T where a link leads to a folder, older ones do not know it: the link is removed first. Where others can
 * write they may put a new link there at once, so that only -T will do.
 */
export const overLink = (from: string): string => {
  const again = `if [ -n "$shared" ]; then mv -fT -- ${from} "$dest"; else mv -f -- ${from} "$dest"; fi`
  return `{ mv -fT -- ${from} "$dest" 2>/dev/null || { rm -f -- "$dest" && ${again}; }; }`
}
