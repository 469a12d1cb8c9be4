import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport, defineConnection, processLink } from '../../../../lib/transport/index.ts'
import type { Transport } from '../../../../lib/transport/transport.ts'
import { install } from '../../../support/install.ts'

install('/bin/busybox', 'busybox')

const FOLDERS = '/usr/bin /usr/sbin /usr/local/bin /usr/local/sbin'

/** Tools of BusyBox in the place of this machine's, as on Alpine. */
function busyboxTools(): string {
  const tools = mkdtempSync(join(tmpdir(), 'run-playbook-busybox-'))
  process.on('exit', () => execFileSync('rm', ['-rf', tools]))
  mkdirSync(join(tools, 'bin'))
  copyFileSync('/bin/busybox', join(tools, 'bin/busybox'))
  execFileSync('/bin/busybox', ['--install', join(tools, 'bin')])
  return join(tools, 'bin')
}

let tools: string | undefined

/** The whole engine, on this machine as root: with its own tools, or with those of BusyBox and nothing else. */
export function through(name: 'dash' | 'busybox'): Transport {
  if (name === 'busybox') tools ??= busyboxTools()
  const mounted = `for f in ${FOLDERS}; do ${tools}/mount --bind ${tools} $f || exit 1; done; exec /bin/sh -c "$0"`
  const argv = (command: string): [string, ...string[]] =>
    name === 'dash'
      ? ['/bin/sh', '-c', command]
      : ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', mounted, command]
  const connection = defineConnection({
    name: 'shell',
    open: async (host, until) => processLink(host.name, until, { argv, isRoot: true }),
  })
  return {
    connect: (host, signal) => createTransport({ lock: false }).connect({ ...host, connection }, signal),
  }
}
