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
// place in turn. A file that is written twice takes after what was written before.
function writeAll(parts: readonly Part[]): string {
  const all = parts.map((part, i) => ({ ...part, word: `${leftOver(part.dest)}.$$.${i}` }))
  const dests = [...new Set(parts.map(({ dest }) => dest))]
  const before = (one: Staged): string =>
    all.slice(0, all.indexOf(one)).findLast(({ dest }) => dest === one.dest)?.word ?? quote(one.dest)
  return [
    'set -euC',
    'LC_ALL=C; export LC_ALL',
    'umask 077',
    ...plainFolders(dests, new Set()),
    ...dests.map((dest) => `for left in ${leftOver(dest)}.*; do [ ! -e "$left" ] || rm -f -- "$left"; done`),
    'set --',
    'wanted= done=0',
    `trap 'rm -f -- "$@"; echo "$done"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    ...all.flatMap(receive),
    '[ "$(sha256sum -- "$@")" = "${wanted#?}" ]',
    'set +C',
    ...accessForAll(all.filter(({ replaces }) => replaces === undefined)),
    LIKE,
    ...all.flatMap((one) => replaced(one, before(one))).filter((line) => line !== LIKE),
    'sync "$@" 2>/dev/null || sync',
    ...all.flatMap(rename),
    'trap - EXIT',
    restoreLabels(sh`${dests}`),
  ].join('\n')
}

interface Staged extends Part {
  /** What is beside the destination, as a word of the script. */
  readonly word: string
}

const leftOver = (dest: string): string =>
  quote(`${dest.slice(0, dest.lastIndexOf('/') + 1)}${stageName(dest)}`)

const receive = ({ word, text, sha256 }: Staged): string[] => [
  `temp=${word}`,
  ': >"$temp"',
  'set -- "$@" "$temp"',
  `printf %s ${quote(text)} >|"$temp"`,
  'wanted="$wanted',
  `${sha256}  $temp"`,
]

function replaced({ word, wanted, fresh, replaces }: Staged, before: string): string[] {
  if (replaces === undefined) return []
  return [
    `temp=${word} held=${before}`,
    '[ -f "$held" ] && [ ! -L "$held" ]',
    ...ownerCommands(wanted, fresh, '"$temp"'),
    ...keepAttributes('"$held"', { from: replaces, to: wanted.mode }),
  ]
}

// Tools without -T would move it into a directory.
function rename({ word, dest }: Staged): string[] {
  const to = quote(dest)
  return [
    `[ ! -d ${to} ] || [ -L ${to} ]`,
    `mv -fT -- ${word} ${to} 2>/dev/null || { [ ! -L ${to} ] && mv -f -- ${word} ${to}; }`,
    'done=$((done + 1))',
  ]
}
