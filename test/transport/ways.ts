import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { findEngine } from '../../docker/lab/engine.ts'
import { type ConnectionType, chroot, createTransport, dockerExec, local } from '../../lib/transport/index.ts'
import type { Connection } from '../../lib/transport/transport.ts'
import { makeBusyboxRoot, removeBusyboxRoot } from './busybox-root.ts'
import { USER, startSshd } from './sshd.ts'

type Trace = (host: string, text: string) => void

/** A host that is reached in one way, for the tests that each way has to pass. */
export interface Way {
  readonly home: string
  connect(trace: Trace): Promise<Connection>
  /** Where a file of the host is on this machine. */
  here(path: string): string
  close(): Promise<void>
}

/** @returns why it cannot be tried here */
type Open = () => Promise<Way | string>

const isRoot = process.getuid?.() === 0
const connect =
  (connection: ConnectionType) =>
  (trace: Trace): Promise<Connection> =>
    createTransport({ trace }).connect(
      { name: 'here', address: '', connection },
      new AbortController().signal,
    )

export const WAYS: Readonly<Record<string, Open>> = {
  'on this machine': async () => ({
    home: process.env['HOME'] ?? '',
    connect: connect(local()),
    here: (path) => path,
    close: async () => {},
  }),

  'over SSH': async () => {
    if (!isRoot) return 'an sshd needs root'
    const sshd = await startSshd()
    return {
      home: `/home/${USER}`,
      connect: (trace) => sshd.connect(USER, { trace }),
      here: (path) => path,
      close: () => sshd.stop(),
    }
  },

  "over OpenSSH's own client": async () => {
    if (!isRoot) return 'an sshd needs root'
    const sshd = await startSshd()
    return {
      home: `/home/${USER}`,
      connect: (trace) => sshd.connect(USER, { trace, client: 'openssh' }),
      here: (path) => path,
      close: () => sshd.stop(),
    }
  },

  'in a chroot': async () => {
    if (!isRoot) return 'a chroot needs root'
    const root = makeBusyboxRoot()
    return {
      home: '/root',
      connect: connect(chroot({ path: root })),
      here: (path) => join(root, path),
      close: async () => removeBusyboxRoot(root),
    }
  },

  'in a container': async () => {
    const engine = await findEngine().catch(() => undefined)
    if (engine === undefined) return 'no Docker engine answers'
    // The connection starts the docker command of this process.
    const before = process.env['DOCKER_HOST']
    Object.assign(process.env, engine.env)
    const docker = (...args: string[]): string =>
      execFileSync('docker', args, { stdio: 'pipe' }).toString().trim()
    if (!isRoot) return 'an image of busybox needs root'
    const root = makeBusyboxRoot()
    const name = `rp-exec-${process.pid}`
    execFileSync('sh', [
      '-c',
      `tar -C ${root} --exclude=./proc/* --exclude=./dev/* -c . | docker import - ${name}`,
    ])
    docker(
      'run',
      '--detach',
      '--init',
      '--name',
      name,
      '--volume',
      `${root}/tmp:/tmp`,
      name,
      '/bin/sleep',
      '9999',
    )
    return {
      // The image has no /etc/passwd to look it up in.
      home: '/',
      connect: connect(dockerExec({ container: name })),
      here: (path) => join(root, path),
      close: async () => {
        docker('rm', '--force', name)
        docker('rmi', name)
        removeBusyboxRoot(root)
        if (before === undefined) delete process.env['DOCKER_HOST']
        else process.env['DOCKER_HOST'] = before
      },
    }
  },
}
