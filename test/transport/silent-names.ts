/**
 * Hosts whose names no server answers for, beside others. For a network of its own, of which the loopback is not up yet:
 * `unshare --mount --net node … silent-names.ts`. Prints what became of each as JSON.
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from '../../lib/transport/index.ts'
import { startSshd } from './sshd.ts'

execFileSync('ip', ['link', 'set', 'lo', 'up'])
const silent = createSocket('udp4')
await new Promise<void>((resolve) => silent.bind(53, '127.0.0.1', resolve))
const sshd = await startSshd()
writeFileSync(join(sshd.dir, 'resolv.conf'), 'nameserver 127.0.0.1\n')
execFileSync('mount', ['--bind', join(sshd.dir, 'resolv.conf'), '/etc/resolv.conf'])
// The defaults have a HostName.
const path =
  sshd.sshConfig(`Host *\n  HostKeyAlias [127.0.0.1]:${sshd.port}\nHost dead-*\n  HostName %h.example.net
  ConnectTimeout 4\nHost late\n  HostName localhost\nHost *\n  ConnectTimeout 8\n`)
writeFileSync(path, readFileSync(path, 'utf8').replace('  HostName 127.0.0.1\n', ''))
const notices: string[] = []
const transport = createTransport({
  sshConfigFile: path,
  warn: (host, text) => notices.push(`${host}: ${text}`),
})
const outcome = async (name: string, address: string): Promise<string> => {
  const connection = transport.connect({ name, address }, new AbortController().signal)
  return connection.then(
    async (made) => {
      await made.close()
      return 'in'
    },
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )
}
const dead = Array.from({ length: 12 }, (_, i) => outcome(`dead-${i}`, ''))
const named = outcome('node-a.example.net', '127.0.0.1')
await new Promise((resolve) => setTimeout(resolve, 1500))
const late = await outcome('late', '')
console.log(JSON.stringify({ late, named: await named, dead: await Promise.all(dead), notices }))
execFileSync('umount', ['/etc/resolv.conf'])
await sshd.stop()
silent.close()
