import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docker, type Engine } from './engine.ts'
import type { LabNode } from './nodes.ts'
import { run } from './run.ts'

export interface Access {
  publicKey: string
  /** What `operator` types for sudo. */
  password: string
}

const keyFile = (dir: string): string => join(dir, 'id_ed25519')

/** The lab's own key and password: made once, and again only when the folder is gone. */
export async function ensureAccess(dir: string): Promise<Access> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const key = keyFile(dir)
  if (!existsSync(key))
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'run-playbook-lab', '-f', key])
  const passwordFile = join(dir, 'operator-password')
  if (!existsSync(passwordFile)) {
    await writeFile(passwordFile, `${randomBytes(15).toString('base64url')}\n`, { mode: 0o600 })
  }
  return {
    publicKey: (await readFile(`${key}.pub`, 'utf8')).trim(),
    password: (await readFile(passwordFile, 'utf8')).trim(),
  }
}

// In the node's shell, and nowhere else. Key and password come on standard input: what is in an argv everybody on
// the machine can read.
const letIn = `
set -eu
test -x /usr/local/sbin/lab-init
umask 077
read -r password
read -r key
echo "operator:$password" | chpasswd
echo "$key" > /root/.ssh/authorized_keys
echo "$key" > /home/operator/.ssh/authorized_keys
chown operator:operator /home/operator/.ssh/authorized_keys
`

export async function giveAccess(engine: Engine, node: LabNode, access: Access): Promise<void> {
  const input = `${access.password}\n${access.publicKey}\n`
  await docker(engine, ['exec', '--interactive', node.container, 'sh', '-c', letIn], { input })
}

/** Writes ssh_config and known_hosts. The host keys come from the nodes themselves, not off the network. */
export async function writeSshConfig(
  engine: Engine,
  dir: string,
  nodes: readonly LabNode[],
): Promise<string> {
  const knownHosts = join(dir, 'known_hosts')
  const doors = await Promise.all(nodes.map((node) => doorOf(engine, node)))
  const keys = await Promise.all(nodes.map((node) => hostKeysOf(engine, node)))
  const lines = doors.flatMap((door, index) => (keys[index] ?? []).map((key) => `${door.known} ${key}\n`))
  await writeFile(knownHosts, lines.join(''))

  const file = join(dir, 'ssh_config')
  const hosts = nodes.map((node, index) => host(node, doors[index]!, keyFile(dir), knownHosts))
  await writeFile(file, hosts.join('\n'))
  return file
}

function host(node: LabNode, door: Door, key: string, knownHosts: string): string {
  return [
    `Host ${node.name}`,
    `  HostName ${door.address}`,
    `  Port ${door.port}`,
    '  User root',
    `  IdentityFile "${key}"`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile "${knownHosts}"`,
    '  StrictHostKeyChecking yes',
    '',
  ].join('\n')
}

interface Door {
  address: string
  port: string
  /** How known_hosts spells it. */
  known: string
}

async function doorOf(engine: Engine, node: LabNode): Promise<Door> {
  if (engine.reachable) return { address: node.address, port: '22', known: node.address }
  const published = await docker(engine, ['port', node.container, '22/tcp'])
  const port = published.trim().split('\n')[0]?.split(':').at(-1) ?? ''
  return { address: '127.0.0.1', port, known: `[127.0.0.1]:${port}` }
}

async function hostKeysOf(engine: Engine, node: LabNode): Promise<string[]> {
  const files = await docker(engine, ['exec', node.container, 'sh', '-c', 'cat /etc/ssh/ssh_host_*_key.pub'])
  return files
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2).join(' '))
}
