import { spawn } from 'node:child_process'
import { type Server, createServer } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { sshArguments } from '../options.ts'
import type { SshTarget } from '../target.ts'
import type { Workplace } from './workplace.ts'

interface MasterOptions {
  readonly canAsk: boolean
  readonly overHop: boolean
  readonly timeoutMs: number
  /** ssh would wait for one that does not answer. */
  readonly withoutAgent: boolean
}

/**
 * Starts ssh as the master of a multiplexed connection. It ends when our process does, however that ends: file descriptor 3
 * is then closed.
 */
export function launchMaster(
  target: SshTarget,
  { folder, socket, log }: Workplace,
  { canAsk, overHop, timeoutMs, withoutAgent }: MasterOptions,
) {
  const { settings, host } = target
  const options: Record<string, string | number> = {
    ...(canAsk ? {} : { BatchMode: 'yes' }),
    ClearAllForwardings: 'yes',
    ConnectTimeout: Math.ceil(timeoutMs / 1000),
    ConnectionAttempts: 1,
    ControlPersist: 'no',
    LocalCommand: 'echo ready',
    LogLevel: 'INFO',
    PermitLocalCommand: 'yes',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    ServerAliveCountMax: settings.keepalive.count,
    ServerAliveInterval: settings.keepalive.intervalMs / 1000,
    StrictHostKeyChecking: settings.acceptNew ? 'accept-new' : 'yes',
    UpdateHostKeys: 'no',
    ...(host === settings.hostName ? {} : { HostName: host }),
    // Who cannot be asked has none. Otherwise the config says it.
    ...(canAsk ? {} : { KbdInteractiveAuthentication: 'no', PasswordAuthentication: 'no' }),
    ...(withoutAgent ? { IdentityAgent: 'none' } : {}),
    ...(settings.forks ? { ForkAfterAuthentication: 'no' } : {}),
    ...(overHop ? { ProxyCommand: bridgeCommand(folder), ProxyUseFdpass: 'no' } : {}),
  }
  const args = [
    ...sshArguments(overHop ? { ...settings.question, proxyJump: undefined } : settings.question),
    '-M',
    '-N',
    '-T',
    '-S',
    socketOption(socket),
    '-E',
    log,
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
      // A bash that takes itself for the first one, on a socket, reads .bashrc before LocalCommand: nobody waits for that.
      SHLVL: '1',
      ...(overHop ? { SHELL: '/bin/sh' } : {}),
    },
  })
}

/** A path as `-S` takes it, where a percent sign begins a token. */
export const socketOption = (socket: string): string => socket.replaceAll('%', '%%')

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

/** Where a jump host's stream waits for ssh. @returns to be closed when ssh does not come any more */
export function offerStream(folder: string, stream: Duplex): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      server.close()
      socket.on('error', () => {})
      // It may have ended before ssh came: nobody would be told.
      if (stream.destroyed) return void socket.destroy()
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
