import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TransportOptions, createTransport, ssh } from '../../lib/transport/index.ts'
import type { Connection } from '../../lib/transport/transport.ts'
import { install } from '../support/install.ts'

/** Logs in where a test does not say who: without start-up files a login is fast. Its own for each run of the tests. */
export const USER = `rp-${process.pid}`

/** A real sshd on 127.0.0.1 with its own keys and config in a folder that goes with it. */
export interface Sshd {
  readonly dir: string
  readonly port: number
  readonly pid: number
  /** File with the server's key of a type. */
  hostKey(type: string): string
  /** Writes an ssh config of host blocks; returns its path. The defaults come last, so that a block can override them. */
  sshConfig(blocks?: string): string
  /** Connects as a user; the connection is closed by `stop` at the latest. */
  connect(
    user?: string,
    options?: TransportOptions & { config?: string; signal?: AbortSignal; client?: 'auto' | 'openssh' },
  ): Promise<Connection>
  /** Ends the server. What it has made stays until `stop`. */
  quit(): Promise<void>
  stop(): Promise<void>
}

/**
 * @param config lines put before the defaults, with `%DIR%` for the folder; the first value counts in sshd_config
 * @param prepare puts more files into the folder, when the keys are there
 * @param ownUser false when another sshd of the test has made the user and will remove it
 */
export async function startSshd(
  config = '',
  types: readonly string[] = ['ed25519'],
  prepare: (dir: string) => void = () => {},
  ownUser = true,
): Promise<Sshd> {
  install('/usr/sbin/sshd', 'openssh-server')
  mkdirSync('/run/sshd', { recursive: true })
  const dir = mkdtempSync(join(tmpdir(), 'rp-sshd.'))
  const port = await freePort()
  const hostKey = (type: string): string => join(dir, `host_${type}`)
  for (const type of types) keygen(hostKey(type), type)
  keygen(join(dir, 'id'), 'ed25519')
  copyFileSync(join(dir, 'id.pub'), join(dir, 'authorized_keys'))
  // sshd reads authorized_keys as the user who logs in.
  chmodSync(dir, 0o777)
  if (ownUser) addUser(USER, '/bin/sh')
  prepare(dir)
  const lines = [
    config.replaceAll('%DIR%', dir),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...(hasIpv6() ? ['ListenAddress ::1'] : []),
    ...types.map((type) => `HostKey ${hostKey(type)}`),
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    `PidFile ${dir}/sshd.pid`,
    'StrictModes no',
    // Half of the time of a login.
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'UseDNS no',
    'MaxStartups 100',
    // A bash that is not the first one does not read root's .bashrc, which is this machine's own: one that sets up pyenv
    // takes a second, and a minute when another login was killed in it.
    'Match User root',
    '  SetEnv SHLVL=1',
  ]
  writeFileSync(join(dir, 'sshd_config'), lines.join('\n') + '\n')
  const log = join(dir, 'sshd.log')
  const child = spawn('/usr/sbin/sshd', ['-D', '-E', log, '-f', join(dir, 'sshd_config')], {
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const quit = (): Promise<void> => {
    child.kill()
    return ended
  }
  await listening(port).catch((error: unknown) => {
    throw new Error(`sshd did not start: ${existsSync(log) ? readFileSync(log, 'utf8') : ''}`, {
      cause: error,
    })
  })
  const known = types.map((type) => `[127.0.0.1]:${port} ${publicKey(hostKey(type))}`)
  writeFileSync(join(dir, 'known_hosts'), known.join('\n') + '\n')
  const open: Connection[] = []
  let configs = 0

  const sshConfig = (blocks = ''): string => {
    const file = join(dir, `ssh_config_${configs++}`)
    const defaults = `
Host *
  HostName 127.0.0.1
  Port ${port}
  User ${USER}
  IdentityFile ${dir}/id
  IdentityAgent none
  UserKnownHostsFile ${dir}/known_hosts
  GlobalKnownHostsFile none
`
    writeFileSync(file, blocks + defaults)
    return file
  }

  return {
    dir,
    port,
    pid: child.pid ?? 0,
    hostKey,
    sshConfig,
    connect: async (user = USER, { config: file, signal, client, ...options } = {}) => {
      const transport = createTransport({
        sshConfigFile: file ?? sshConfig(`Host host\n  User ${user}\n`),
        ...options,
      })
      const connection = await transport.connect(
        { name: 'host', address: '127.0.0.1', connection: ssh({ transport: client }) },
        signal ?? new AbortController().signal,
      )
      open.push(connection)
      return connection
    },
    quit,
    stop: async () => {
      await Promise.all(open.map((connection) => connection.close()))
      await quit()
      if (ownUser) removeUser(USER)
      rmSync(dir, { recursive: true })
    },
  }
}

export function keygen(file: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file])
}

/** `type base64` of a key file. */
export function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
}

/** A user with a login shell, or again with another one. */
export function addUser(name: string, shell: string, password?: string): void {
  removeUser(name)
  execFileSync('useradd', ['--create-home', '--shell', shell, '--password', '*', name])
  if (password !== undefined) execFileSync('chpasswd', { input: `${name}:${password}\n` })
}

export function removeUser(name: string): void {
  try {
    execFileSync('userdel', ['--remove', '--force', name], { stdio: 'ignore' })
  } catch {
    // There was none.
  }
}

/** Whether this machine has ::1. */
export const hasIpv6 = (): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

/**
 * A port that nobody has. It is below those that the kernel gives to whoever asks for any one (32768 and more), so that no
 * listener and no client of the tests that run beside this one gets it before it is used, or while nobody may listen there.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) =>
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
    )
    if (!free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (up) return
    if (tries > 1500) throw new Error('nobody listens')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
