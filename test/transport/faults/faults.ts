import { type ConnectionType, defineConnection, processLink, ssh } from '../../../lib/transport/index.ts'
import { type Hostile, HOSTILE, hostile } from './hostile.ts'
import { LISTENERS, type Listener } from './sockets.ts'

/** What comes of a host: its tasks were done, one of them failed, or it was unreachable; with the code of the error. */
export type Outcome = 'done' | `failed ${string}` | `unreachable ${string}`

export interface Fault {
  /** What is wrong, for `A host that …`. */
  readonly that: string
  readonly kind: 'connecting and logging in' | 'the shell' | 'the system' | 'a hostile host'
  readonly outcome: Outcome
  /** Lines of its block in the ssh config. `%DIR%` is sshd's folder. */
  readonly ssh?: string
  /** The listener that is in the place of its sshd. */
  readonly listener?: Listener
  readonly connection?: ConnectionType
  /** Its tasks are root's. */
  readonly become?: boolean
}

const NAMESPACE = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'] as const
// Its own locks.
const OWN_RUN = 'mount -t tmpfs tmpfs /run'

/** As sshd runs a command: by the login shell. */
const by = (...login: [string, ...string[]]): ConnectionType =>
  defineConnection({
    name: 'shell',
    open: async (host, signal) =>
      processLink(host.name, signal, {
        argv: (command) => [...NAMESPACE, `${OWN_RUN} && exec "$0" "$@"`, ...login, command],
      }),
  })

/** Root in a mount namespace of its own, prepared by a script. `$D` is the folder of the tasks, a mount of its own. */
const prepared = (script: string, ...as: string[]): ConnectionType =>
  defineConnection({
    name: 'namespace',
    open: async (host, signal) => {
      const begin = `${OWN_RUN} && D=${process.env['RP_FAULTS'] ?? ''}/${host.name}\n${script}\n`
      return processLink(host.name, signal, {
        isRoot: as.length === 0,
        argv: (command) => [...NAMESPACE, `${begin}exec ${[...as, ''].join(' ')}/bin/sh -c "$0"`, command],
      })
    },
  })

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const without = (...programs: string[]): string =>
  programs
    .map(
      (name) => `for f in /bin/${name} /usr/bin/${name}; do [ ! -e $f ] || mount --bind /dev/null $f; done`,
    )
    .join('\n')

const IN: Readonly<Record<Listener, Outcome>> = {
  'accepts the connection and sends nothing': 'unreachable E_CONNECT_FAILED',
  'sends its SSH version and nothing more': 'unreachable E_CONNECT_FAILED',
  'sends one character at a time, forever': 'unreachable E_CONNECT_FAILED',
  'keeps sending lines and never its SSH version': 'unreachable E_CONNECT_FAILED',
  'is a web server': 'unreachable E_CONNECT_FAILED',
  'closes the connection immediately': 'unreachable E_CONNECT_FAILED',
  'sends garbage after its SSH version': 'unreachable E_CONNECT_FAILED',
}

const OF_HOSTILE: Readonly<Partial<Record<Hostile, Outcome>>> = {
  'sends nothing when a shell is started': 'unreachable E_NO_SHELL',
  'never stops printing when a shell is started': 'unreachable E_NO_SHELL',
  'prints a line that never ends': 'unreachable E_NO_SHELL',
  'closes the connection when a shell is started': 'unreachable E_NO_SHELL',
}

const way = (that: string, block: string, outcome: Outcome): Fault => ({
  that,
  kind: 'connecting and logging in',
  ssh: block,
  outcome,
})
const shell = (that: string, connection: ConnectionType, outcome: Outcome): Fault => ({
  that,
  kind: 'the shell',
  connection,
  outcome,
})
const system = (that: string, connection: ConnectionType, outcome: Outcome, become = false): Fault => ({
  that,
  kind: 'the system',
  connection,
  outcome,
  become,
})

export const FAULTS: readonly Fault[] = [
  way('refuses connections', 'Port %FREE%', 'unreachable E_CONNECT_FAILED'),
  way('has a name that does not resolve', 'HostName nowhere.invalid', 'unreachable E_CONNECT_FAILED'),
  way(
    'is behind a jump host that refuses connections',
    'ProxyJump 127.0.0.1:%FREE%',
    'unreachable E_CONNECT_FAILED',
  ),
  way(
    'has a ProxyCommand that fails',
    'ProxyCommand sh -c "echo no way >&2; exit 3"',
    'unreachable E_CONNECT_FAILED',
  ),
  way(
    'has a ProxyCommand that hangs',
    'ConnectTimeout 3\n  ProxyCommand sleep 60',
    'unreachable E_CONNECT_FAILED',
  ),
  ...LISTENERS.map((listener): Fault => ({ ...way(listener, 'ConnectTimeout 3', IN[listener]), listener })),
  way(
    'has a host key that is not in known_hosts',
    'StrictHostKeyChecking yes\n  UserKnownHostsFile none',
    'unreachable E_UNKNOWN_HOST_KEY',
  ),
  way(
    'has a different host key than the one in known_hosts',
    'StrictHostKeyChecking yes\n  UserKnownHostsFile %DIR%/other_hosts',
    'unreachable E_HOST_KEY_CHANGED',
  ),
  way('does not accept your key', 'IdentityFile %DIR%/other', 'unreachable E_AUTH_FAILED'),
  way(
    'needs a key with a passphrase, without a terminal to ask for it',
    'IdentityFile %DIR%/locked',
    'unreachable E_AUTH_FAILED',
  ),
  way('does not have the user that logs in', 'User rp-no-such-account', 'unreachable E_AUTH_FAILED'),

  shell('has fish as its login shell', by('fish', '-c'), 'done'),
  shell('has csh as its login shell', by('csh', '-c'), 'done'),
  shell('has zsh as its login shell', by('zsh', '-c'), 'done'),
  shell('has busybox as its login shell', by('busybox', 'sh', '-c'), 'done'),
  shell(
    'has a noisy .bashrc',
    by('bash', '-c', 'echo "Welcome to $HOSTNAME"; echo careful >&2; eval "$0"'),
    'done',
  ),
  shell('has nologin as its login shell', by('/usr/sbin/nologin'), 'unreachable E_NO_SHELL'),
  shell('has a login shell that hangs', by('sh', '-c', 'sleep 20'), 'unreachable E_NO_SHELL'),
  shell('has a login shell that is not a shell', by('/bin/cat'), 'unreachable E_NO_SHELL'),
  shell(
    'ends every session with a menu',
    by('sh', '-c', 'echo "1) reboot 2) exit"; exit 0'),
    'unreachable E_NO_SHELL',
  ),

  system(
    'has a full disk',
    prepared('mount -t tmpfs -o size=16k tmpfs $D; dd if=/dev/zero of=$D/full bs=4k 2>/dev/null'),
    'failed E_STEP_FAILED',
  ),
  system('has a read-only file system', prepared('mount -t tmpfs -o ro tmpfs $D'), 'failed E_STEP_FAILED'),
  system('is out of inodes', prepared('mount -t tmpfs -o nr_inodes=1 tmpfs $D'), 'failed E_STEP_FAILED'),
  system(
    'has a full /tmp',
    prepared(
      'mount --bind $D /mnt; mount -t tmpfs -o size=4k tmpfs /tmp; dd if=/dev/zero of=/tmp/full bs=4k 2>/dev/null; mkdir -p $D; mount --bind /mnt $D',
    ),
    'done',
  ),
  system(
    'has no room for temporary files anywhere',
    prepared(
      'for f in /tmp /run /var/tmp /dev/shm; do mount -t tmpfs -o size=4k tmpfs $f; dd if=/dev/zero of=$f/full bs=4k 2>/dev/null; done',
    ),
    'unreachable E_NO_SHELL',
  ),
  system(
    'has a clock that is wrong by years',
    prepared(
      'printf "#!/bin/sh\\necho 1000000000\\n" >/run/date; chmod 755 /run/date; mount --bind /run/date /usr/bin/date',
    ),
    'done',
  ),
  system('has no timeout command', prepared(without('timeout')), 'unreachable E_NO_SHELL'),
  system('has no flock command', prepared(without('flock')), 'failed E_LOCK_FAILED'),
  system('has no dd command', prepared(without('dd')), 'unreachable E_NO_SHELL'),
  system(
    'has neither sudo nor su',
    prepared(without('sudo', 'su'), ...NOBODY),
    'failed E_BECOME_FAILED',
    true,
  ),
  system(
    'has a sudo that wants a password which was not given',
    prepared(':', ...NOBODY),
    'failed E_BECOME_FAILED',
    true,
  ),

  ...HOSTILE.map((that): Fault => ({
    that,
    kind: 'a hostile host',
    connection: hostile(that),
    outcome: OF_HOSTILE[that] ?? 'unreachable E_CONNECTION_LOST',
  })),
]

/** A host of the inventory for each. */
export const nameOf = (index: number): string => `bad-${index + 1}`

/** The ssh config of those that are reached by SSH. */
export const sshBlocks = (
  values: Readonly<Record<string, string | number>>,
  ports: Readonly<Record<string, number>>,
): string =>
  FAULTS.map(({ ssh: lines, listener }, i) => {
    const port = listener === undefined ? '' : `\n  Port ${ports[listener]}`
    const block = Object.entries(values).reduce(
      (text, [name, value]) => text.replaceAll(`%${name}%`, String(value)),
      lines ?? '',
    )
    return `Host ${nameOf(i)}\n  ${block}${port}\n`
  }).join('')

/** @param withoutKeys an ssh config in which a block's keys are all that there are */
export const connectionOf = ({ connection, ssh: lines = '' }: Fault, withoutKeys: string): ConnectionType =>
  connection ?? ssh(lines.startsWith('IdentityFile') ? { configFile: withoutKeys } : {})
