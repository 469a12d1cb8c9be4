import { createHash } from 'node:crypto'
import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { ACCOUNT_FILES, groups, users } from '../../shared/account.ts'

/** A user as the host knows it. */
export interface UserEntry {
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** In /etc/passwd; false for one of LDAP and the like, which the tools of the host cannot change. */
  readonly local: boolean
  /** The other groups that it is a member of, by name and in order. */
  readonly groups: readonly string[]
  /** Undefined where /etc/shadow may not be read. */
  readonly login?: Login | undefined
}

/** What /etc/shadow says. */
export interface Login {
  /** SHA-256 of the password's hash, which stays on the host. */
  readonly digest: string
  readonly locked: boolean
  /** Day of the epoch; empty: never. */
  readonly expires: string
}

/** By name; `undefined` where there is no such user. */
export const userEntry: Reader<UserEntry | undefined> = {
  name: 'user',
  ask: (names) =>
    `${SCRIPT}\nfor name in ${names.map((name) => sh`${name}`).join(' ')}; do look; done\nexit 0`,
  parse: ({ stdout }, names) => {
    const blocks = stdout.toString().split(/^#/m).slice(1)
    return names.map((_, i) => parseEntry(blocks[i] ?? ''))
  },
  sees: (name) => [users.at(name), groups.all, ...ACCOUNT_FILES, paths.at('/etc/shadow')],
}

/** Of the hash of a password: a lock in front of it does not count. */
export const digestOf = (hash: string): string =>
  createHash('sha256').update(hash.replace(/^!+/, '')).digest('hex')

/** A new user has no password, and that is locked. */
export const NO_LOGIN: Login = { digest: digestOf(''), locked: true, expires: '' }

// Hashes of passwords only go through pipes: arguments show in ps, and what is printed in logs.
const SCRIPT = `LC_ALL=C
export LC_ALL
row() { awk -F: -v name="$name" '($1 "") == (name "") { print; exit }' "$1"; }
look() {
  from=file line=$(row /etc/passwd)
  [ -n "$line" ] || { from=elsewhere line=$(getent passwd "$name" 2>/dev/null </dev/null) || line=; }
  echo "#$from"
  [ -n "$line" ] || return 0
  printf '%s\\n' "$line" | cut -d: -f3-
  awk -F: -v name="$name" '{ n = split($4, list, ","); for (i = 1; i <= n; i++) if ((list[i] "") == (name "")) print "group " $1 }' /etc/group
  [ -r /etc/shadow ] || return 0
  row /etc/shadow | {
    IFS= read -r line || exit 0
    hash=\${line#*:}
    rest=\${hash#*:} hash=\${hash%%:*} locked=no
    while :; do case $hash in '!'*) hash=\${hash#?} locked=yes ;; *) break ;; esac; done
    sum=$(printf %s "$hash" | sha256sum)
    echo "login \${sum%% *} $locked $(printf '%s\\n' "$rest" | cut -d: -f6)"
  }
}`

function parseEntry(block: string): UserEntry | undefined {
  const [from, line = '', ...more] = block.split('\n')
  const [, uid, gid, comment = '', home = '', shell = ''] =
    /^(\d+):(\d+):([^:\0]*):([^:\0]*):([^:\0]*)$/.exec(line) ?? []
  if (uid === undefined) return undefined
  const names = more.flatMap((one) => (one.startsWith('group ') && !one.includes('\0') ? [one.slice(6)] : []))
  const [, digest, locked, expires = ''] =
    more.map((one) => /^login ([0-9a-f]{64}) (yes|no) (\d*)$/.exec(one)).find((found) => found !== null) ?? []
  return {
    uid: Number(uid),
    gid: Number(gid),
    comment,
    home,
    shell,
    local: from === 'file',
    groups: [...new Set(names)].toSorted(),
    login: digest === undefined ? undefined : { digest, locked: locked === 'yes', expires },
  }
}
