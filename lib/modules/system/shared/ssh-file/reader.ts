import { type Reader, type Reply, readerOfOne } from '../../../../core/probe.ts'
import { paths } from '../../../../core/resource.ts'
import { sh } from '../../../../core/sh.ts'
import { ACCOUNT_FILES, type Account, users } from '../../../shared/account.ts'
import { ancestors } from '../../../shared/parent-folders.ts'
import type { ParentFolder } from '../../../shared/safe-path.ts'
import { STAT, type Stat, stat } from '../../../shared/stat.ts'
import { BODY_LIMIT, readBody } from '../../../shared/text.ts'

/** A file that ssh reads in the home folder of a user. */
export interface SshFile {
  readonly user: Account
  readonly group: Account
  readonly path: string
  readonly here: Stat
  /** Undefined where there is no regular file. */
  readonly text: string | undefined
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
}

export type SshFileReader = Reader<SshFile | 'no user'>

const reader = (file: string): SshFileReader =>
  readerOfOne({
    name: file,
    ask: (name) => `${sh`name=${name} file=${file}`}\n${SCRIPT}`,
    parse,
    sees: (name, answer) => [
      users.at(name),
      ...ACCOUNT_FILES,
      ...(answer === undefined ? [paths.all] : answer === 'no user' ? [] : placesOf(answer as SshFile)),
    ],
  })

/** Readers by the name of a user, for each file. It is where the user's home is, so what an answer depends on is in the answer. */
export const sshFiles = {
  authorized_keys: reader('authorized_keys'),
  known_hosts: reader('known_hosts'),
} as const

/** Whether a question of this reader is about one of these files. */
export const isSshFile = (asked: Reader<unknown, never>): boolean =>
  Object.values<Reader<unknown, never>>(sshFiles).includes(asked)

const placesOf = ({ path, above }: SshFile) => [path, ...above.map((folder) => folder.path)].map(paths.at)

export const sshPath = (home: string, file: keyof typeof sshFiles): string =>
  `${home === '/' ? '' : home}/.ssh/${file}`

// The user can put a link or another name of a file in its place at any time: what was opened must be what has this name,
// and have no other.
const SCRIPT = `LC_ALL=C
export LC_ALL
row() { awk -F: -v key="$2" -v at="$3" '($at "") == (key "") { print; exit }' "$1"; }
line=$(row /etc/passwd "$name" 1)
[ -n "$line" ] || line=$(getent passwd "$name" 2>/dev/null </dev/null) || line=
[ -n "$line" ] || exit 0
home=$(printf '%s\\n' "$line" | cut -d: -f6 | sed 's://*:/:g; s:\\(.\\)/$:\\1:')
case $home in /*) ;; *) home=/ ;; esac
uid=$(printf '%s\\n' "$line" | cut -d: -f3) gid=$(printf '%s\\n' "$line" | cut -d: -f4)
group=$(row /etc/group "$gid" 3)
[ -n "$group" ] || group=$(getent group "$gid" 2>/dev/null </dev/null) || group=UNKNOWN
path=\${home%/}/.ssh/$file
echo "$uid:$gid:\${group%%:*}:$path"
set -- ; at= rest=\${path#/}
while :; do
  at=$at/\${rest%%/*}
  set -- "$@" "$at"
  case $rest in */*) rest=\${rest#*/} ;; *) break ;; esac
done
( ${STAT} ) | base64 | tr -d '\\n'
echo
[ -f "$path" ] && [ ! -L "$path" ] || exit 0
[ -r "$path" ] || { echo '!0'; exit 0; }
exec 3<"$path"
named=$(stat -c '%d:%i:%h:%f' -- "$path") opened=$named
[ ! -e /proc/self/fd/3 ] || opened=$(stat -L -c '%d:%i:%h:%f' /proc/self/fd/3)
case $named in "$opened") ;; *) echo other; exit 0 ;; esac
case $named in *:*:1:8*) ;; *) echo other; exit 0 ;; esac
echo '#0'
head -c ${BODY_LIMIT + 1} <&3 | base64
exit 0`

function parse(reply: Reply, name: string): SshFile | 'no user' {
  const [head = '', stats = '', ...body] = reply.stdout.toString().split('\n')
  const [, uid, gid, group = '', path = ''] =
    /^(\d+):(\d+):([^:]*):((?:\/[^\0\r]*)?\/\.ssh\/\w+)$/.exec(head) ?? []
  if (uid === undefined) {
    if (head !== '') throw new Error(`${name}: ${head} is not understood`)
    return 'no user'
  }
  const names = [...ancestors(path), path]
  const found = stat.parse({ ...reply, code: 0, stdout: Buffer.from(stats, 'base64') }, names)
  const all = found.map((one) => {
    if (one instanceof Error) throw one
    return one
  })
  return {
    user: { id: Number(uid), name },
    group: { id: Number(gid), name: group },
    path,
    here: all.at(-1) ?? { type: 'absent' },
    text: textOf(reply, body, path),
    above: ancestors(path).map((folder, i) => ({ path: folder, stat: all[i] ?? { type: 'absent' } })),
  }
}

function textOf(reply: Reply, lines: readonly string[], path: string): string | undefined {
  if (lines[0] === 'other')
    throw new Error(`${path} is a file with other names (hard links), or was replaced while it was read`)
  const [text] = readBody.parse({ ...reply, stdout: Buffer.from(lines.join('\n')) }, [path])
  if (text instanceof Error) throw text
  return text
}
