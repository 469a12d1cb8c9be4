import type { ShellStep } from '../../core/module.ts'
import { quote, sh } from '../../core/sh.ts'
import { type Access, accessCommands, certainAccess, ownerCommands } from './access.ts'
import { type Install, type InstallState, contentDiffers, installAccess } from './install.ts'
import { EXPLAIN, orExplain } from './explain.ts'
import type { Payload } from './payload.ts'
import { insertWord } from './insert-word.ts'
import { installTogether } from './install-together.ts'
import { keepAttributes } from './keep-attributes.ts'
import { restoreLabels } from './labels.ts'
import { overLink, place, stageName } from './place.ts'

/** The commands that bring the content, or mend mode and owner where the content is right already. */
export function applyInstall(args: Install, state: InstallState): ShellStep[] {
  const wanted = installAccess(args, state)
  if (contentDiffers(args, state)) {
    return [
      {
        script: [...receive(args), ...install(args, state, wanted)].join('\n'),
        stdin: args.payload.stdin,
        explains: true,
        // A check is a program of the user's, a download takes as long as it takes.
        brief: args.validate === undefined && args.payload.download === undefined,
        joint: installTogether(args, state),
      },
    ]
  }
  const commands = accessCommands(wanted, state.here, '"$held"')
  const explained = commands.map((command) => orExplain(command, args.dest))
  return [
    {
      script: ['set -eu', EXPLAIN, ...place(args.dest), ...hold(args.dest, 'change'), ...explained].join(
        '\n',
      ),
      explains: true,
      brief: true,
    },
  ]
}

/** From then on `"$held"` is what is at the destination: to be changed, or only to be read. */
export const hold = (dest: string, purpose: 'read' | 'change'): string[] => [sh`hold ${dest} ${purpose}`]

// The content goes to a file beside the destination that only we can read. Nothing but a complete one gets further, so
// whoever stops us, and whenever, the destination holds the old content or the new. Leftovers of a run that was
// killed go first; the name is made from the destination, so they can be nobody else's.
export function receive({ dest, payload }: Pick<Install, 'dest' | 'payload'>): string[] {
  const temp = quote(`./${stageName(dest)}`)
  return [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    ...place(dest),
    'umask 077',
    'if [ -n "$shared" ]; then temp=./run-playbook.new; else',
    `  for left in ${temp}.*; do [ ! -e "$left" ] || rm -f -- "$left"; done`,
    `  temp=${temp}.$$`,
    // Only if it is not there; a redirection of ":" that fails would end the script.
    '  set -C',
    `  ${orExplain('true >"$temp"', dest)}`,
    '  set +C',
    `  trap 'rm -f -- "$temp" "$temp.mode"' EXIT`,
    `  trap 'exit 1' HUP INT TERM`,
    'fi',
    ...(payload.download ?? sent(payload)),
  ]
}

/** The content comes on standard input. */
function sent(payload: Payload): string[] {
  return [
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
  const { dest } = args
  const isFile = state.here.type === 'file'
  const overwrite = args.inPlace === true && isFile
  const fresh = { ...certainAccess(state.access, state.folder), mode: '0600' }
  const access =
    isFile && !overwrite
      ? [
          ...ownerCommands(wanted, fresh, '"$temp"'),
          ...keepAttributes('"$held"', { from: state.here.mode ?? wanted.mode, to: wanted.mode }),
        ]
      : accessCommands(wanted, fresh, '"$temp"')
  return [
    ...(isFile ? hold(dest, overwrite ? 'change' : 'read') : []),
    ...access,
    ...validation(args),
    ...(args.backup === true && isFile ? BACKUP : []),
    ...(overwrite ? overwriting(dest, wanted, state) : renaming(dest, state.here.type === 'link')),
    restoreLabels(quote(dest)),
  ]
}

const BACKUP = [
  'saved=$dest.$(date -u +%Y%m%dT%H%M%SZ)~',
  'if [ -z "$shared" ]; then cp -p -- "$held" "$saved"; else',
  '  cp -p -- "$held" ./run-playbook.saved && mv -fT -- ./run-playbook.saved "$saved"',
  'fi',
]

// What the check prints belongs to the error, so it goes where errors go. It is told a whole path: what is in that file may
// name others beside it.
function validation({ validate }: Install): string[] {
  if (validate === undefined) return []
  const command = insertWord(validate, '%s', 'whole')
  const complaint = `echo ${quote(`refused by: ${validate}`)} >&2`
  return [
    'whole=$(pwd -P); whole=${whole%/}/${temp#./}',
    `( cd -- "$began" && ${command} ) </dev/null >&2 || { ${complaint}; exit 1; }`,
  ]
}

// An mv without -T would move it into a folder that a link there leads to, which only somebody who shares the folder can have made.
const overFile =
  '{ mv -fT -- "$temp" "$dest" || { [ -z "$shared" ] && [ ! -L "$dest" ] && [ ! -d "$dest" ] && mv -f -- "$temp" "$dest"; }; }'

// fsync first: after a power cut a renamed file without it may be empty. Old tools sync everything instead of one file.
export function renaming(path: string, isLink: boolean): string[] {
  return [
    'sync "$temp" 2>/dev/null || sync',
    ...(isLink
      ? []
      : [
          `[ ! -d "$dest" ] || [ -L "$dest" ] || { echo ${quote(path)} 'has become a directory' >&2; exit 1; }`,
        ]),
    orExplain(isLink ? overLink('"$temp"') : overFile, path),
    '[ -n "$shared" ] || trap - EXIT',
  ]
}

// The file keeps its inode, which a bind mount needs; being stopped within this one `cat` leaves it incomplete.
const overwriting = (path: string, wanted: Access, { here }: InstallState): string[] => [
  ...accessCommands(wanted, here, '"$held"').map((command) => orExplain(command, path)),
  orExplain('cat "$temp" >"$held"', path),
  'sync "$held" 2>/dev/null || sync',
]
