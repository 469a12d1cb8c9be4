import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Delay, makeDelay } from './delay.ts'
import { type Host, type Places, startHost, writeServerFiles } from './host.ts'
import { type User, makeUser } from './user.ts'

/** Where a tool finds its hosts. */
export interface Targets {
  readonly hosts: readonly (Pick<Host, 'name' | 'folder'> & { readonly address: string })[]
  readonly port: number
  readonly user: User
  /** The folder that each host sees as its own. */
  readonly at: string
  /** For `ssh -F`. */
  readonly sshConfig: string
  readonly key: string
  readonly knownHosts: string
  /** The key of all hosts: its type and its text. */
  readonly hostKey: string
}

/** Real SSH servers on this machine. */
export interface Lab {
  readonly dir: string
  readonly delayedBy: Delay['by']
  /** The first so many hosts, so far away. */
  targets(hosts: number, roundTripMs: number): Promise<Targets>
}

const PORT = 2222

/** Starts so many hosts, which end with the namespaces that they are in. @param dir an empty folder */
export async function startLab(dir: string, count: number): Promise<Lab> {
  const places: Places = { dir, at: join(dir, 'srv'), port: PORT }
  for (const folder of [places.at, join(dir, 'hosts')]) mkdirSync(folder)
  const user = makeUser(dir)
  writeServerFiles(places)
  const hosts: Host[] = []
  for (let number = 1; number <= count; number++) {
    const host = await startHost(places, number)
    chownSync(host.folder, user.uid, user.uid)
    hosts.push(host)
  }
  const delay = makeDelay(
    hosts.map(({ address }) => address),
    PORT,
  )
  const hostKey = readFileSync(join(dir, 'host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  return {
    dir,
    delayedBy: delay.by,
    targets: async (few, roundTripMs) => {
      const addresses = await delay.set(roundTripMs)
      const some = hosts
        .slice(0, few)
        .map(({ name, folder, address }) => ({ name, folder, address: addresses.get(address) ?? address }))
      const files = {
        sshConfig: join(dir, 'ssh_config'),
        key: join(dir, 'id'),
        knownHosts: join(dir, 'known_hosts'),
      }
      const targets = { hosts: some, port: PORT, user, at: places.at, hostKey, ...files }
      writeClientFiles(targets)
      return targets
    },
  }
}

function writeClientFiles({ hosts, port, user, sshConfig, key, knownHosts, hostKey }: Targets): void {
  writeFileSync(knownHosts, hosts.map(({ address }) => `[${address}]:${port} ${hostKey}\n`).join(''))
  const blocks = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`)
  const all = [
    'Host *',
    `Port ${port}`,
    `User ${user.name}`,
    `IdentityFile ${key}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile none',
  ]
  writeFileSync(sshConfig, `${blocks.join('')}${all.join('\n  ')}\n`)
}
