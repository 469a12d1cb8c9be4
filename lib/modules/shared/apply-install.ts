import { createHash } from 'node:crypto'
import type { ShellStep } from '../../core/module.ts'
import { quote } from '../../core/sh.ts'
import { type Access, accessCommands, certainAccess, ownerCommands } from './access.ts'
import { type Install, type InstallState, contentDiffers, installAccess } from './install.ts'
import { EXPLAIN, orExplain } from './explain.ts'
import { insertWord } from './insert-word.ts'
import { keepAttributes } from './keep-attributes.ts'
import { folderOf } from './parent-folders.ts'

/** The commands that bring the content, or mend mode and owner where the content is right already. */
export function applyInstall(args: Install, state: InstallState): ShellStep[] {
  const wanted = installAccess(args, state)
  if (contentDiffers(args, state)) {
    return [
      {
        script: [...receive(args), ...install(args, state, wanted)].join('\n'),
        stdin: args.payload.stdin,
        explains: true,
      },
    ]
  }
  const commands = accessCommands(wanted, state.here, quote(args.dest))
  const explained = commands.map((command) => orExplain(command, args.dest))
  return [{ script: ['set -eu', EXPLAIN, ...explained].join('\n'), explains: true }]
}

// The content goes to a file beside the destination that only we can read. Nothing but a complete one gets further, so
// whoever stops us, and whenever, the destination holds the old content or the new. Leftovers of a run that was
// killed go first; the name is made from the destination, so they can be nobody else's.
export function receive({ dest, payload }: Pick<Install, 'dest' | 'payload'>): string[] {
  const name = `.run-playbook-${createHash('sha256').update(dest).digest('hex').slice(0, 12)}`
  const temp = quote(`${folderOf(dest).replace(/\/$/, '')}/${name}`)
  return [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    'umask 077',
    EXPLAIN,
    `rm -f -- ${temp}.*`,
    orExplain(`temp=$(mktemp ${temp}.XXXXXX)`, dest),
    `trap 'rm -f -- "$temp" "$temp.mode"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    payload.secret ? 'IFS= read -r wanted' : `wanted=${payload.sha256}`,
    'cat >"$temp"',
    'received=$(sha256sum <"$temp")',
    'if [ "${received%% *}" != "$wanted" ]; then',
    `  echo "the content did not arrive whole: $(wc -c <"$temp") bytes${payload.secret ? '' : ` of ${payload.size}`}" >&2`,
    '  exit 1',
    'fi',
  ]
}

function install(args: Install, state: InstallState, wanted: Access): string[] {
  const dest = quote(args.dest)
  const overwrite = args.inPlace === true && state.here.type === 'file'
  const fresh = { ...certainAccess(state.access, state.folder), mode: '0600' }
  const replaces = state.here.type === 'file' && !overwrite
  const access = replaces
    ? [
        ...ownerCommands(wanted, fresh, '"$temp"'),
        ...keepAttributes(dest, { from: state.here.mode ?? wanted.mode, to: wanted.mode }),
      ]
    : accessCommands(wanted, fresh, '"$temp"')
  return [
    ...access,
    ...validation(args),
    ...(args.backup === true && state.here.type === 'file' ? backup(dest) : []),
    ...(overwrite ? overwriting(args.dest, wanted, state) : renaming(args.dest, state.here.type === 'link')),
    // Where there is no SELinux there is no restorecon.
    `! command -v restorecon >/dev/null || restorecon ${dest} || :`,
  ]
}

// What the check prints belongs to the error, so it goes where errors go.
function validation({ validate }: Install): string[] {
  if (validate === undefined) return []
  const command = insertWord(validate, '%s', 'temp')
  const complaint = `echo ${quote(`refused by: ${validate}`)} >&2`
  return [`( ${command} ) </dev/null >&2 || { ${complaint}; exit 1; }`]
}

const backup = (dest: string): string[] => [`cp -p -- ${dest} ${dest}."$(date -u +%Y%m%dT%H%M%SZ)~"`]

// fsync first: after a power cut a renamed file without it may be empty. Old tools sync everything instead of one file.
export function renaming(path: string, isLink: boolean): string[] {
  const dest = quote(path)
  const rename = isLink
    ? `mv -fT -- "$temp" ${dest} 2>/dev/null || { rm -f -- ${dest} && mv -f -- "$temp" ${dest}; }`
    : `mv -f -- "$temp" ${dest}`
  return [
    'sync "$temp" 2>/dev/null || sync',
    ...(isLink ? [] : [`[ ! -d ${dest} ] || { echo ${dest} 'has become a directory' >&2; exit 1; }`]),
    orExplain(isLink ? `{ ${rename}; }` : rename, path),
  ]
}

// The file keeps its inode, which a bind mount needs; being stopped within this one `cat` leaves it incomplete.
const overwriting = (path: string, wanted: Access, { here }: InstallState): string[] => [
  ...accessCommands(wanted, here, quote(path)).map((command) => orExplain(command, path)),
  orExplain(`cat "$temp" >${quote(path)}`, path),
  `sync ${quote(path)} 2>/dev/null || sync`,
]
