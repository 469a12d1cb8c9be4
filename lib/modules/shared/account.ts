import type { Reader } from '../../core/probe.ts'
import { quote } from '../../core/sh.ts'
import { type Resource, type ResourceKind, defineResourceKind, paths } from '../../core/resource.ts'

/** Users of the host, by name. */
export const users: ResourceKind = defineResourceKind('user')

/** Groups of the host, by name. */
export const groups: ResourceKind = defineResourceKind('group')

/** A user or a group as the host knows it. */
export interface Account {
  readonly id: number
  /** `UNKNOWN` for a number that has no name, as `stat` puts it. */
  readonly name: string
}

/** The login that asks. */
export const SELF = { user: 'user:', group: 'group:' } as const

/**
 * Users and groups by name or number: `user:postgres`, `group:999`, and {@link SELF}. `undefined` where there is no such
 * name. What `chown` will make of a name is known before it runs, so a missing user is found while planning.
 */
export const account: Reader<Account | undefined> = {
  name: 'account',
  ask: (keys) =>
    [
      FUNCTION,
      'uid=$(id -u) gid=$(id -g)',
      'echo "self user: $uid"',
      'echo "self group: $gid"',
      `look user /etc/passwd passwd "$uid" ${words(keys, 'user:')}`,
      `look group /etc/group group "$gid" ${words(keys, 'group:')}`,
      'exit 0',
    ].join('\n'),
  parse: (reply, keys) => {
    const lines = reply.stdout.toString().split('\n')
    return keys.map((key) => find(key === SELF.user || key === SELF.group ? self(lines, key) : key, lines))
  },
  sees: (key) => [...seenOf(key), ...ACCOUNT_FILES],
}

/** Where the host keeps them. */
export const ACCOUNT_FILES: readonly Resource[] = [paths.at('/etc/passwd'), paths.at('/etc/group')]

// A number may be anybody's.
function seenOf(key: string): readonly Resource[] {
  const [kind, name = ''] = key.split(/:(.*)/s)
  const accounts = kind === 'user' ? users : groups
  return [name === '' || /^\d+$/.test(name) ? accounts.all : accounts.at(name)]
}

// The files come first and need no process; getent, where there is one, knows of LDAP and the like.
const FUNCTION = `LC_ALL=C
export LC_ALL
look() {
  kind=$1 file=$2 base=$3
  shift 3
  while IFS=: read -r name _ id _; do
    for wanted do
      if [ "$wanted" = "$name" ] || [ "$wanted" = "$id" ]; then echo "$kind:$id:$name"; fi
    done
  done <"$file"
  ! command -v getent >/dev/null || getent "$base" "$@" </dev/null | while IFS=: read -r name _ id _; do
    echo "$kind:$id:$name"
  done
}`

const words = (keys: readonly string[], kind: string): string =>
  keys
    .filter((key) => key.startsWith(kind) && key !== kind)
    .map((key) => quote(key.slice(kind.length)))
    .join(' ')

const self = (lines: readonly string[], key: string): string =>
  key + (lines.find((line) => line.startsWith(`self ${key} `))?.split(' ')[2] ?? '')

function find(key: string, lines: readonly string[]): Account | undefined {
  const [kind = '', wanted = ''] = key.split(/:(.*)/s)
  const numeric = /^\d+$/.test(wanted)
  for (const line of lines) {
    const [, type, id, name = ''] = /^(user|group):(\d+):(.*)$/.exec(line) ?? []
    if (type === kind && (numeric ? id : name) === wanted) return { id: Number(id), name }
  }
  return numeric ? { id: Number(wanted), name: 'UNKNOWN' } : undefined
}
