import type { ShellStep } from '../../../core/module.ts'
import { Secret, reveal } from '../../../core/secret.ts'
import { sh } from '../../../core/sh.ts'
import { EXPLAIN, orExplain } from '../../shared/explain.ts'
import { place } from '../../shared/place.ts'
import { removing } from '../../shared/remove.ts'
import { setAgeing } from './ageing.ts'
import { type UserArgs, homeOf } from './args.ts'
import { NO_LOGIN } from '../shared/user-entry.ts'
import type { UserState } from './state.ts'
import { type WantedUser, setsPassword, wantedUser } from './wanted.ts'
import { restoreLabels } from '../../shared/labels.ts'

/** Programs of root are not in the path of every login. */
const BEGIN = 'set -eu; PATH=$PATH:/usr/sbin:/sbin'

export function applyUser(args: UserArgs, state: UserState): ShellStep[] {
  if (args.state === 'absent') return remove(args, state)
  const wanted = wantedUser(args, state)
  const busybox = state.tools.kind === 'busybox'
  const lines = busybox ? withBusybox(args, state, wanted) : withShadow(args, state, wanted)
  return [
    ...(lines.length === 0 ? [] : [{ script: [BEGIN, ...lines].join('\n') }]),
    ...password(args, state, wanted),
    ...lock(args, state, wanted, busybox),
    ...(wanted.makesHome ? [makeHome(args, wanted, state.tools.homeMode)] : []),
  ]
}

// A run that was stopped half way may have made it already.
const unlessThere = (name: string, file: string, command: string): string =>
  `${sh`grep -q ${`^${name.replaceAll('.', '\\.').replace(/\$$/, '\\$')}:`}`} ${file} || ${command}`

const ownGroup = (args: UserArgs, wanted: WantedUser, tool: string): string[] =>
  wanted.makesGroup
    ? [unlessThere(args.name, '/etc/group', sh`${tool.split(' ')} ${wanted.gid} ${args.name}`)]
    : []

function withShadow(args: UserArgs, state: UserState, wanted: WantedUser): string[] {
  const { entry } = state
  const { name, system } = args
  const { uid, gid, home, shell, comment, groups } = wanted
  if (entry === undefined) {
    const options = [
      '-M',
      '-N',
      ...(system === true ? ['-r'] : []),
      ...given({ u: uid, g: gid, d: home, c: comment }),
      ...(shell === '' ? [] : ['-s', shell]),
      ...(groups.length === 0 ? [] : ['-G', groups.join(',')]),
      ...(args.expires === undefined ? [] : ['-e', dateOf(args.expires)]),
    ]
    return [
      ...ownGroup(args, wanted, `groupadd${system === true ? ' -r' : ''} -g`),
      unlessThere(name, '/etc/passwd', sh`useradd ${options} ${name}`),
      ...setAgeing(args, state),
    ]
  }
  const options = [
    ...(uid === entry.uid ? [] : ['-u', uid]),
    ...(gid === entry.gid ? [] : ['-g', gid]),
    ...(home === entry.home ? [] : ['-d', home]),
    ...(shell === entry.shell ? [] : ['-s', shell]),
    ...(comment === entry.comment ? [] : ['-c', comment]),
    ...(groups.join() === entry.groups.join() ? [] : ['-G', groups.join(',')]),
    ...(args.expires === undefined || wanted.login?.expires === entry.login?.expires
      ? []
      : ['-e', dateOf(args.expires)]),
  ]
  return [...(options.length === 0 ? [] : [sh`usermod ${options} ${name}`]), ...setAgeing(args, state)]
}

const given = (options: Readonly<Record<string, string | number>>): (string | number)[] =>
  Object.entries(options).flatMap(([letter, value]) => [`-${letter}`, value])

const dateOf = (expires: string): string => (expires === 'never' ? '' : expires)

function withBusybox(args: UserArgs, { entry }: UserState, wanted: WantedUser): string[] {
  const { name, system } = args
  const { uid, home, shell, comment, primary = name } = wanted
  const kind = system === true ? ['-S'] : []
  const options = ['-D', '-H', ...kind, '-u', uid, '-G', primary, '-h', home, '-s', shell, '-g', comment]
  const has = entry?.groups ?? []
  return [
    ...(entry === undefined
      ? [
          ...ownGroup(args, wanted, `addgroup${system === true ? ' -S' : ''} -g`),
          unlessThere(name, '/etc/passwd', sh`adduser ${options} ${name}`),
          // adduser writes it into the list of its primary group too, which useradd does not.
          ...(wanted.groups.includes(primary) ? [] : [`${sh`delgroup ${name} ${primary}`} 2>/dev/null || :`]),
        ]
      : []),
    ...wanted.groups.filter((one) => !has.includes(one)).map((one) => sh`addgroup ${name} ${one}`),
    ...has.filter((one) => !wanted.groups.includes(one)).map((one) => sh`delgroup ${name} ${one}`),
  ]
}

function password(args: UserArgs, { entry }: UserState, { login }: WantedUser): ShellStep[] {
  const hash = args.password
  if (hash === undefined || !setsPassword(args, entry)) return []
  if (entry !== undefined && login?.digest === entry.login?.digest) return []
  const line = new Secret(hash.name, `${args.name}:${reveal(hash)}\n`)
  return [{ script: `${BEGIN}\nchpasswd -e`, stdin: line }]
}

function lock({ name, passwordLock }: UserArgs, { entry }: UserState, wanted: WantedUser, busybox: boolean) {
  const before = entry === undefined ? NO_LOGIN : entry.login
  const now = wanted.login?.digest === before?.digest ? before?.locked : false
  if (passwordLock === undefined || passwordLock === now) return []
  const flag = passwordLock ? 'l' : 'u'
  return [
    {
      script: `${BEGIN}\n${busybox ? sh`passwd -${flag} ${name}` : sh`usermod -${flag.toUpperCase()} ${name}`}`,
    },
  ]
}

// Made where nobody else can look into it, with what is in it given away first: from its owner's first moment on it is whole.
function makeHome(args: UserArgs, { uid, gid }: WantedUser, mode: string): ShellStep {
  const path = homeOf(args)
  const owner = `${uid}:${gid}`
  const lines = [
    'set -eu',
    EXPLAIN,
    ...place(path, true),
    'if [ -e "$dest" ] || [ -L "$dest" ]; then exit 0; fi',
    'umask 077',
    'new=$dest',
    '[ -z "$shared" ] || new=./run-playbook.new',
    orExplain('mkdir -- "$new"', path),
    '[ ! -d /etc/skel ] || cp -RPp /etc/skel/. "$new"',
    'chmod 0700 "$new"',
    `find "$new" -mindepth 1 -exec chown -h ${owner} {} +`,
    `chown ${owner} "$new"; chmod 0${mode} "$new"`,
    `if [ -n "$shared" ]; then ${orExplain('mv -fT -- "$new" "$dest"', path)}; fi`,
    restoreLabels(sh`-R ${path}`),
  ]
  return { script: lines.join('\n') }
}

function remove(args: UserArgs, { home, entry, tools }: UserState): ShellStep[] {
  const { name, removeHome = false } = args
  const tool = tools.kind === 'busybox' ? 'deluser' : 'userdel'
  const folder = ['set -eu', EXPLAIN, ...place(homeOf(args)), ...removing(homeOf(args))]
  const mail = sh`rm -f -- ${[`/var/mail/${name}`, `/var/spool/mail/${name}`]}`
  const removes = removeHome && home.type === 'directory' && home.uid === entry?.uid
  return [
    // The folder goes first: once the user is gone, a run that was stopped would not find it again.
    ...(removes ? [{ script: folder.join('\n') }] : []),
    { script: [BEGIN, `${tool} ${sh`${name}`}`, ...(removeHome ? [mail] : [])].join('\n') },
  ]
}
