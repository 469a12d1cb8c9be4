import type { ShellStep } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { EXPLAIN, orExplain } from '../../shared/explain.ts'
import { place } from '../../shared/place.ts'
import type { AclArgs } from './args.ts'
import { entityOf } from './plan.ts'
import { type AclState, setfaclOptions } from './state.ts'

/** One setfacl, with the account by number. */
export function applyAcl(args: AclArgs, state: AclState): ShellStep[] {
  const { path, recursive = false } = args
  const options = setfaclOptions(args, entityOf(args, state))
  const isTree = recursive && state.here.type === 'directory'
  return [
    {
      script: [
        'set -eu',
        EXPLAIN,
        ...place(path),
        sh`hold ${path}`,
        ...(isTree
          ? [visit(args.default === true), tree(options, path)]
          : [orExplain(`${setfacl(options)} -- "$held"`, path)]),
      ].join('\n'),
    },
  ]
}

const setfacl = (options: readonly string[]): string => `setfacl ${options.map(quote).join(' ')}`

// Where nobody else can put a link in the way, setfacl finds its way by itself.
const tree = (options: readonly string[], path: string): string => `${sh`top=${path}`}
change() { ${setfacl(options)} "$@"; }
foreign=$(find "$held" -type d \\( -perm -020 -o -perm -002 -o ! -user 0 ! -user "$(id -u)" \\) | head -n 1)
if [ -z "$foreign" ]; then ${orExplain('change -R -P -- "$held"', path)}
else ( cd -P -- "$held" && visit ); fi`

/**
 * Through directories that others can write to, one at a time: `visit` changes all below the current directory, and the directory
 * after that. A file is opened, and changed only if that is the file whose name was seen here, and if it has no other names: a link
 * in its place would lead to a file of somebody else's choice.
 */
const visit = (directoriesOnly: boolean): string => `visit() {
  for name in ./* ./.[!.]* ./..?*; do
    [ ! -L "$name" ] || continue
    is=$(stat -c '%u:%A:%d:%i:%h' -- "$name" 2>/dev/null) || continue
    case $is in
      *:d*) ( into "$name" "\${is%:*}" "$top" && visit ) ;;
${directoriesOnly ? '      *) continue ;;' : FILES}
    esac
  done
  change -- . || explain "$top"
}`

const FILES = `      *:-*:1)
        is=\${is%:*}
        case $(change --test -- "$name") in *': *,*') continue ;; esac
        exec 3<"$name"
        [ "$(stat -L -c '%u:%A:%d:%i' /proc/self/fd/3)" = "$is" ] ||
          unsafe "$top is not safe to change: $name in $(pwd -P) was replaced meanwhile"
        change -- /proc/self/fd/3 || explain "$top"
        exec 3<&- ;;
      *:-*) unsafe "$top is not safe to change: $name in $(pwd -P) has other names (hard links), and others can write to its directory" ;;
      *) unsafe "$top is not safe to change: $name in $(pwd -P) is neither file nor directory, and others can write to its directory" ;;`
