import { quote } from '../../core/sh.ts'

/**
 * A shell function, `like FILE OTHER MODE`: the other file gets the mode, the access control list and the extended
 * attributes of the file. What a folder hands down to new files goes. GNU's cp does it all; otherwise it takes getfacl
 * and getfattr, and on a host that has neither lists cannot be seen: then it is the mode alone.
 */
export const LIKE = `like() {
  if [ ! -f "$1" ] || [ -L "$1" ]; then chmod "$3" "$2"; return; fi
  ! cp --attributes-only --preserve=mode,xattr -- "$1" "$2" 2>/dev/null || return 0
  case $(cp --help 2>&1) in
    *--attributes-only*) cp --attributes-only --preserve=mode,xattr -- "$1" "$2"; return ;;
  esac
  if command -v getfattr >/dev/null && command -v setfattr >/dev/null; then
    getfattr --absolute-names -d -m '^user' -- "$1" | { read -r _; echo "# file: $2"; cat; } | setfattr --restore=-
  fi
  if command -v getfacl >/dev/null && command -v setfacl >/dev/null; then
    getfacl -cpE -- "$1" | setfacl --set-file=- -- "$2"
    case $3 in 00*) ;; *) chmod "$3" "$2" ;; esac
  else
    chmod "$3" "$2"
  fi
}`

/**
 * The commands that give `"$temp"` what the file has that it replaces, with another mode if that is wanted. The mode is
 * changed on an empty file beside it first: nobody may read the new content for a moment who could read the old one.
 */
export function keepAttributes(dest: string, mode: { readonly from: string; readonly to: string }): string[] {
  const five = (octal: string): string => quote(`0${octal}`)
  if (mode.from === mode.to) return [LIKE, `like ${dest} "$temp" ${five(mode.to)}`]
  return [
    LIKE,
    `: >"$temp.mode"`,
    `like ${dest} "$temp.mode" ${five(mode.from)}`,
    `chmod ${five(mode.to)} "$temp.mode"`,
    `like "$temp.mode" "$temp" ${five(mode.to)}`,
    `rm -f -- "$temp.mode"`,
  ]
}
