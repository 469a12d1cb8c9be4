import { quote } from '../../core/sh.ts'
import { orExplain } from './explain.ts'

/*
 * The rm of BusyBox goes by paths: whoever owns a folder of the tree can put a link in its place meanwhile, and have root remove
 * what has the same names elsewhere. So each folder is taken from its owner before what is in it is looked at. Other tools do
 * not follow links here.
 */
const REMOVE = `remove() {
  if [ -d "$1" ] && [ ! -L "$1" ] && case $(rm --help 2>&1) in *BusyBox*) ;; *) false ;; esac
  then (empty "$1" "$2") && rmdir -- "$1"
  else rm -rf -- "$1"; fi
}
empty() {
  is=$(look "$1") && into "$1" "$is" "$2" || return 1
  [ "$(id -u)" -ne 0 ] || { chown 0:0 . && chmod 0700 .; } || return 1
  find . ! -name . -prune ! -type d -exec rm -f -- {} + || return 1
  for entry in ./* ./.[!.]* ./..?*; do
    [ ! -d "$entry" ] || drop "$entry" "$2" || return 1
  done
}
drop() { empty "$1" "$2" && cd .. && rmdir -- "$1"; }`

/** Commands that remove what is at `"$dest"` with all that is in it. They come after those of `place`. */
export const removing = (path: string): string[] => [REMOVE, orExplain(`remove "$dest" ${quote(path)}`, path)]
