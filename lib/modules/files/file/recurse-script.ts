import { sh } from '../../../core/sh.ts'
import type { AccessState } from '../../shared/access.ts'
import { SELF } from '../../shared/account.ts'
import { orExplain } from '../../shared/explain.ts'
import { stageName } from '../../shared/place.ts'
import type { FileArgs } from './args.ts'
import { type Becomes, differs } from './recurse.ts'

/** What is changed alike: all of these modes become one. */
interface Group {
  /** Links have no mode. */
  readonly kind: 'directory' | 'link' | 'other'
  readonly modes: readonly string[]
  readonly to: string
}

/**
 * The commands that change all below the directory that is held, which come after those of `place` and `hold`. The kinds of things that
 * were seen say which modes become which.
 */
export function changingBelow(args: FileArgs, access: AccessState, all: readonly Becomes[]): string[] {
  const ids = ownerOf(args, all)
  const groups = groupsOf(all)
  const files = groups.filter(({ kind }) => kind !== 'directory')
  const folders = groups.filter(({ kind }) => kind === 'directory')
  const ending = folders.some((group) => opens(group, ids, access)) ? '\\;' : '+'
  const walks = [walk('', files, ids, '+'), walk('-depth', folders, ids, ending)]
  return [
    sh`top=${args.path} stage=${stageName(args.path)}`,
    table(groups, ids),
    VISIT,
    FOREIGN,
    'if [ -z "$foreign" ]; then',
    ...walks.flatMap((command) => (command === '' ? [] : [orExplain(command, args.path)])),
    'else ( cd -P -- "$held"; visit ); fi',
  ]
}

interface Ids {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

const ownerOf = (args: FileArgs, [first]: readonly Becomes[]): Ids => ({
  uid: args.owner === undefined ? undefined : first?.to.uid,
  gid: args.group === undefined ? undefined : first?.to.gid,
})

function groupsOf(all: readonly Becomes[]): Group[] {
  const groups = new Map<string, { kind: Group['kind']; modes: Set<string>; to: string }>()
  for (const { from, to } of all.filter(differs)) {
    const kind = from.type === 'directory' || from.type === 'link' ? from.type : 'other'
    const key = kind === 'link' ? kind : `${kind} ${to.mode}`
    const group = groups.get(key) ?? { kind, modes: new Set(), to: to.mode }
    group.modes.add(from.mode)
    groups.set(key, group)
  }
  return [...groups.values()].map((group) => ({ ...group, modes: [...group.modes] }))
}

const chown = ({ uid, gid }: Ids): string[] =>
  uid === undefined && gid === undefined ? [] : [`chown -h ${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`]

// BusyBox runs no `-exec … +` that is in parentheses.
const walk = (order: string, groups: readonly Group[], ids: Ids, ending: string): string =>
  groups.length === 0
    ? ''
    : `find "$held/." ${order} ${groups.map((group) => inFind(group, ids, ending)).join(' -o ')}`

// A change of owner takes setuid bits away, so the mode comes after it.
function inFind(group: Group, ids: Ids, ending: string): string {
  const commands = [...chown(ids), ...(group.kind === 'link' ? [] : [`chmod 0${group.to}`])]
  const script = commands.map((command) => `${command} -- "$@"`).join(' && ')
  return `! -name . ${differing(group, ids)} -exec sh -c '${script}' sh {} ${ending}`
}

/** What of the group is not as wanted, for find. */
function differing({ kind, modes, to }: Group, { uid, gid }: Ids): string {
  const either = (tests: readonly string[]): string => `\\( ${tests.join(' -o ')} \\)`
  const isLink = kind === 'link'
  const differ = [
    ...(isLink ? [] : [`! -perm ${to}`]),
    ...(uid === undefined ? [] : [`! -user ${uid}`]),
    ...(gid === undefined ? [] : [`! -group ${gid}`]),
  ]
  return [
    kind === 'other' ? '! -type d ! -type l' : `-type ${kind.slice(0, 1)}`,
    ...(isLink ? [] : [either(modes.map((mode) => `-perm ${mode}`))]),
    either(differ),
  ].join(' ')
}

/**
 * Whether somebody else can change names in the directories afterwards: then each is done with before the next one, from the bottom up,
 * so that no path leads through one that has been given away.
 */
const opens = ({ to }: Group, { uid }: Ids, { accounts }: AccessState): boolean =>
  (uid !== undefined && uid !== 0 && uid !== accounts[SELF.user]?.id) ||
  (Number.parseInt(to, 8) & 0o022) !== 0

/** `wants RAW`: the mode that a thing with this raw mode gets; fails where nothing is asked. */
function table(groups: readonly Group[], ids: Ids): string {
  const lines = groups.map(({ kind, modes, to }) => {
    const prefix = kind === 'directory' ? '4' : '?'
    const patterns = kind === 'link' ? ['a*'] : modes.map((mode) => prefix + hexOf(mode))
    return { kind, line: `    ${patterns.join(' | ')}) want=${kind === 'link' ? '' : to} ;;` }
  })
  const of = (wanted: readonly Group['kind'][]): string[] =>
    lines.filter(({ kind }) => wanted.includes(kind)).map(({ line }) => line)
  return [
    'wants() {',
    '  case $1 in',
    ...of(['directory', 'link']),
    '    4* | a*) return 1 ;;',
    ...of(['other']),
    '    *) return 1 ;;',
    '  esac',
    '}',
    `change() {`,
    ...chown(ids).map((command) => `  ${command} -- "$1" || explain "$top"`),
    '  [ -z "$want" ] || chmod "0$want" -- "$1" || explain "$top"',
    '}',
    `uid=${ids.uid ?? ''} gid=${ids.gid ?? ''}`,
    `some() { ${some(groups, ids)}; }`,
  ].join('\n')
}

/** Whether a thing in the current directory that is no directory is not as wanted. */
function some(groups: readonly Group[], ids: Ids): string {
  const tests = groups.flatMap((group) =>
    group.kind === 'directory' ? [] : [`\\( ${differing(group, ids)} \\)`],
  )
  if (tests.length === 0) return 'false'
  return `[ -n "$(find . ! -name . -prune \\( ${tests.join(' -o ')} \\) | head -n 1)" ]`
}

const hexOf = (mode: string): string => Number.parseInt(mode, 8).toString(16).padStart(3, '0')

const FOREIGN = `foreign=$(find "$held/." -type d \\( -perm -020 -o -perm -002 -o ! -user 0 ! -user "$(id -u)" \\) | head -n 1)`

/**
 * Through directories that others can write to, one at a time: `visit` changes all below the current directory. A file gets a second name
 * in a directory of ours, which nobody can put anything else in the place of; a directory is entered.
 */
const VISIT = `differ() {
  set -- $(stat -c '%f %u %g %a' -- "$1" 2>/dev/null)
  [ $# -eq 4 ] && wants "$1" || return 1
  [ -z "$want" ] || [ "$((0$want))" -eq "$((0$4))" ] || return 0
  [ -n "$uid" ] && [ "$uid" != "$2" ] || { [ -n "$gid" ] && [ "$gid" != "$3" ]; }
}
visit() {
  if some; then ( files ); fi
  for name in ./*/ ./.[!.]*/ ./..?*/; do
    name=\${name%/}
    is=$(look "$name") || continue
    case $is in *:d*) ( into "$name" "$is" "$top"; visit; if differ .; then change .; fi ) ;; esac
  done
}
files() {
  shared='' owner=$(stat -c %u .) in=$(pwd -P)
  for name in ./* ./.[!.]* ./..?*; do
    name=\${name#./}
    [ -z "$shared" ] && dest=./$name || dest=../$name
    if { [ -d "$dest" ] && [ ! -L "$dest" ]; } || ! differ "$dest"; then continue; fi
    if [ -z "$shared" ]; then stage "$stage" "$top"; shared=yes dest=../$name; fi
    if [ -L "$dest" ]; then hold "$in/$name" link; else hold "$in/$name"; fi
    [ "$held" = ./run-playbook.old ] || unsafe "$in/$name is not safe to change: it was replaced meanwhile"
    if differ "$held"; then change "$held"; fi
  done
  [ -z "$shared" ] || leave
}`
