import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** A host: an sshd of its own that sees a folder and a /tmp of its own where all hosts have theirs. */
export interface Host {
  readonly name: string
  /** Where its sshd listens. With a delay the tools connect elsewhere. */
  readonly address: string
  /** Its folder, as this program sees it. */
  readonly folder: string
  readonly process: ChildProcess
}

/** Where all the files of the lab are. */
export interface Places {
  readonly dir: string
  /** The folder that each host has as its own. */
  readonly at: string
  readonly port: number
}

/** Starts the host of a number, beginning with 1. */
export async function startHost({ dir, at, port }: Places, number: number): Promise<Host> {
  const name = `host-${number}`
  const address = `127.77.0.${number}`
  const folder = join(dir, 'hosts', name)
  mkdirSync(folder, { recursive: true })
  // Its own /tmp too: the lock of a host is there.
  const script = 'mount --bind "$1" "$2" && mount -t tmpfs -o mode=1777 tmpfs /tmp && shift 2 && exec "$@"'
  const sshd = [
    '/usr/sbin/sshd',
    '-D',
    '-e',
    '-f',
    join(dir, 'sshd_config'),
    '-o',
    `ListenAddress=${address}:${port}`,
  ]
  const log = join(dir, `${name}.log`)
  const child = spawn(
    'sh',
    ['-c', `exec unshare --mount sh -c '${script}' sh "$@" 2>"$0"`, log, folder, at, ...sshd],
    { stdio: 'ignore' },
  )
  await listening(address, port, child).catch((error: unknown) => {
    throw new Error(`the sshd of ${name} did not start: ${readFileSync(log, 'utf8')}`, { cause: error })
  })
  return { name, address, folder, process: child }
}

async function listening(address: string, port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1500 && child.exitCode === null; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address)
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nobody listens')
}

/** The key of all hosts, the key of the user, and the configuration of the servers. */
export function writeServerFiles({ dir, port }: Places): void {
  for (const name of ['host_key', 'id'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', join(dir, name)])
  copyFileSync(join(dir, 'id.pub'), join(dir, 'authorized_keys'))
  const lines = [
    `Port ${port}`,
    `HostKey ${dir}/host_key`,
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'MaxStartups 1000',
    'Subsystem sftp internal-sftp',
  ]
  writeFileSync(join(dir, 'sshd_config'), `${lines.join('\n')}\n`)
}
