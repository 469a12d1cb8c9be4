import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { sshArguments } from '../options.ts'
import type { SshTarget } from '../target.ts'

/**
 * A private folder for one connection of OpenSSH's client: its control socket and what it asks the operator with. The mode
 * of a folder that mkdtemp makes is 0700.
 */
export interface Workplace {
  readonly folder: string
  readonly socket: string
  remove(): Promise<void>
}

export async function makeWorkplace(): Promise<Workplace> {
  // The path of a socket has at most 104 characters on some systems.
  const runtime = process.env['XDG_RUNTIME_DIR']
  const folder = await mkdtemp(
    join(runtime !== undefined && existsSync(runtime) ? runtime : tmpdir(), 'rp-ssh-'),
  )
  await writeFile(join(folder, 'ask'), ASK, { mode: 0o700 })
  await writeFile(join(folder, 'bridge.cjs'), BRIDGE)
  return { folder, socket: join(folder, 's'), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** How a line on standard error begins that is a question for the operator, or something to be told. */
export const QUESTION = 'run-playbook-question: '
export const TELL = 'run-playbook-tell: '

/**
 * ssh starts this for a passphrase or a PIN. The question goes to standard error and the answer comes from the standard
 * input that ssh was started with: no file, no argument and no environment holds it. Another ssh, such as one in a
 * ProxyCommand, has another input, so that it gets no answer.
 */
const ASK = `#!/bin/sh
[ "$PPID" = "$(cat "\${0%/*}/pid")" ] || exit 1
question=$(printf '%s' "$1" | tr '\\n' ' ')
case $SSH_ASKPASS_PROMPT in
confirm) exit 1 ;;
none) printf '${TELL}%s\\n' "$question" >&2; exec sleep 600 ;;
esac
printf '${QUESTION}%s\\n' "$question" >&2
IFS= read -r answer || exit 1
printf '%s\\n' "$answer"
`

/** Connects ssh to a stream of ours: to a jump host that we are logged in to. */
const BRIDGE = `const socket = require('node:net').connect(process.argv[2])
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('close', () => process.exit())
socket.on('error', () => process.exit(1))
`

/**
 * Starts ssh as the master of a multiplexed connection. It ends when our process does, however that ends: file descriptor 3
 * is then closed.
 */
export function launchMaster(
  target: SshTarget,
  { folder, socket }: Workplace,
  { canAsk, overHop, timeoutMs }: { canAsk: boolean; overHop: boolean; timeoutMs: number },
) {
  const { settings, host } = target
  const options: Record<string, string | number> = {
    BatchMode: canAsk ? 'no' : 'yes',
    ClearAllForwardings: 'yes',
    ConnectTimeout: Math.ceil(timeoutMs / 1000),
    ConnectionAttempts: 1,
    ControlPersist: 'no',
    KbdInteractiveAuthentication: 'no',
    LocalCommand: 'echo ready',
    LogLevel: 'INFO',
    PasswordAuthentication: 'no',
    PermitLocalCommand: 'yes',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    ServerAliveCountMax: settings.keepalive.count,
    ServerAliveInterval: settings.keepalive.intervalMs / 1000,
    StrictHostKeyChecking: settings.acceptNew ? 'accept-new' : 'yes',
    UpdateHostKeys: 'no',
    ...(host === settings.hostName ? {} : { HostName: host }),
    ...(settings.forks ? { ForkAfterAuthentication: 'no' } : {}),
    ...(overHop ? { ProxyCommand: bridgeCommand(folder), ProxyUseFdpass: 'no' } : {}),
  }
  const args = [
    ...sshArguments(overHop ? { ...settings.question, proxyJump: undefined } : settings.question),
    '-M',
    '-N',
    '-T',
    '-S',
    socket.replaceAll('%', '%%'),
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    '--',
    settings.alias,
  ]
  return spawn('/bin/sh', ['-c', WATCH, join(folder, 'pid'), 'ssh', ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      SSH_ASKPASS: join(folder, 'ask'),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: process.env['DISPLAY'] ?? 'none',
      ...(overHop ? { SHELL: '/bin/sh' } : {}),
    },
  })
}

const WATCH = `
exec 4<&0
sh -c 'echo $$ >"$0" && exec "$@"' "$0" "$@" <&4 4<&- 3<&- & ssh=$!
( read -r _ <&3; kill $ssh ) >/dev/null 2>&1 4<&- & watch=$!
exec 4<&- 3<&-
wait $ssh; status=$?
kill $watch 2>/dev/null
rm -rf "\${0%/*}"
exit $status
`

/** Where a jump host's stream waits for ssh. @returns closes it */
export function offerStream(folder: string, stream: Duplex): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      server.close()
      socket.on('error', () => {})
      socket.pipe(stream).pipe(socket)
      stream.on('close', () => socket.destroy())
      socket.on('close', () => stream.destroy())
    })
    server.on('error', reject)
    server.listen(join(folder, 'hop'), () => resolve(server))
  })
}

function bridgeCommand(folder: string): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const words = [process.execPath, join(folder, 'bridge.cjs'), join(folder, 'hop')]
  return words.map(quote).join(' ').replaceAll('%', '%%')
}
