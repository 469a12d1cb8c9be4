import { defineJoint, type JointStep } from '../../core/joint.ts'
import { quote, sh } from '../../core/sh.ts'
import { type Made, accessForAll } from './access-groups.ts'
import { certainAccess, ownerCommands } from './access.ts'
import { type Install, type InstallState, installAccess } from './install.ts'
import { LIKE, keepAttributes } from './keep-attributes.ts'
import { restoreLabels } from './labels.ts'
import { stageName } from './place.ts'
import { isPlain, plainFolders } from './plain-folder.ts'

/** Characters of a content that are worth a place in the script. A larger one takes longer than the programs that write it. */
const LONGEST = 8 * 1024

interface Part extends Omit<Made, 'word'> {
  readonly dest: string
  readonly text: string
  readonly sha256: string
  /** The mode of the file that it replaces. */
  readonly replaces: string | undefined
}

const joint = defineJoint<Part>(writeAll)

/** The part of a file that is written in the plain way: its text is short and no secret, and nobody else can write beside it. */
export function installTogether(args: Install, state: InstallState): JointStep | undefined {
  const { dest, payload } = args
  const { text } = payload
  const special = args.inPlace === true || args.backup === true || args.validate !== undefined
  if (special || payload.secret || payload.download !== undefined) return undefined
  if (text === undefined || text.length > LONGEST || text.includes('\0')) return undefined
  if (state.here.type === 'link' || /[\\\n]/.test(dest) || !isPlain(state.above, state.access))
    return undefined
  return joint({
    dest,
    text,
    sha256: payload.sha256,
    wanted: installAccess(args, state),
    fresh: { ...certainAccess(state.access, state.folder), mode: '0600' },
    replaces: state.here.type === 'file' ? (state.here.mode ?? '0600') : undefined,
  })
}

// All contents go to files beside their destinations first, which are checked and written to disk together. Then each takes its
// place in turn.
function writeAll(parts: readonly Part[]): string {
  const made = parts.flatMap((part) =>
    part.replaces === undefined ? [{ ...part, word: stageOf(part) }] : [],
  )
  return [
    'set -euC',
    'LC_ALL=C; export LC_ALL',
    'umask 077',
    ...plainFolders(
      parts.map(({ dest }) => dest),
      new Set(),
    ),
    'set --',
    'wanted= done=0',
    `trap 'rm -f -- "$@"; echo "$done"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    ...parts.flatMap(receive),
    '[ "$(sha256sum -- "$@")" = "${wanted#?}" ]',
    'set +C',
    LIKE,
    ...parts.flatMap(replaced).filter((line) => line !== LIKE),
    ...accessForAll(made),
    'sync "$@" 2>/dev/null || sync',
    ...parts.flatMap(rename),
    'trap - EXIT',
    restoreLabels(sh`${parts.map(({ dest }) => dest)}`),
  ].join('\n')
}

const leftOver = ({ dest }: Part): string =>
  quote(`${dest.slice(0, dest.lastIndexOf('/') + 1)}${stageName(dest)}`)

const stageOf = (part: Part): string => `${leftOver(part)}.$$`

const receive = (part: Part): string[] => [
  `for left in ${leftOver(part)}.*; do [ ! -e "$left" ] || rm -f -- "$left"; done`,
  `temp=${stageOf(part)}`,
  ': >"$temp"',
  'set -- "$@" "$temp"',
  `printf %s ${quote(part.text)} >|"$temp"`,
  'wanted="$wanted',
  `${part.sha256}  $temp"`,
]

function replaced(part: Part): string[] {
  const { dest, wanted, fresh, replaces } = part
  if (replaces === undefined) return []
  return [
    `temp=${stageOf(part)} held=${quote(dest)}`,
    '[ -f "$held" ] && [ ! -L "$held" ]',
    ...ownerCommands(wanted, fresh, '"$temp"'),
    ...keepAttributes('"$held"', { from: replaces, to: wanted.mode }),
  ]
}

// Tools without -T would move it into a directory.
function rename(part: Part): string[] {
  const [from, to] = [stageOf(part), quote(part.dest)]
  return [
    `[ ! -d ${to} ] || [ -L ${to} ]`,
    `mv -fT -- ${from} ${to} 2>/dev/null || { [ ! -L ${to} ] && mv -f -- ${from} ${to}; }`,
    'done=$((done + 1))',
  ]
}
