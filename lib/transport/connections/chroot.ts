import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UnreachableError } from '../../core/errors.ts'
import { type ConnectionType, defineConnection } from '../connection-type.ts'

export interface ChrootOptions {
  /** The folder on this machine that holds the system. */
  readonly path: string
}

/**
 * A system in a folder of the operator's machine, such as an image that is being built. Needs root.
 *
 * @throws UnreachableError E_CONNECT_FAILED at connecting, without root or without `bin/sh` in the folder
 *
 * @example
 * defineInventory({ hosts: { image: { connection: chroot({ path: '/srv/image' }) } } })
 */
export function chroot({ path }: ChrootOptions): ConnectionType {
  return defineConnection({
    name: 'chroot',
    onOwnMachine: true,
    open: async (host, signal) => {
      const fail = (why: string, hint?: string): UnreachableError =>
        new UnreachableError('E_CONNECT_FAILED', `cannot enter ${path} for ${host.name}: ${why}`, { hint })
      if (process.getuid?.() !== 0) throw fail('chroot needs root', 'Run run-playbook as root.')
      if (!existsSync(join(path, 'bin')))
        throw fail('it has no directory bin', 'Check that the directory contains an installed system.')
      const { processLink } = await import('./process-link.ts')
      return processLink(host.name, signal, {
        argv: (command) => ['chroot', path, '/bin/sh', '-c', command],
        env: { PATH: process.env['PATH'], HOME: '/root', USER: 'root', LOGNAME: 'root' },
        isRoot: true,
        sameNetwork: true,
      })
    },
  })
}
