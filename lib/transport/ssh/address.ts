import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { addressesOf } from './addresses.ts'
import type { Deadline } from './connect-deadline.ts'
import type { HostSettings } from './config.ts'
import type { SshConnection } from './target.ts'

/**
 * Where to connect to: where `ssh NAME` goes. The inventory's address is for names of which the ssh config says no
 * HostName and which DNS and /etc/hosts do not know either. `HostName %h` and `HostName NAME` say no more than the name
 * does. Where DNS does not answer at all nobody knows whether it has the name: the address is taken, and told of.
 *
 * @param address the inventory's, undefined for a host that is not in it
 */
export async function directAddress(
  settings: HostSettings,
  address: string | undefined,
  deadline: Deadline,
  notice: (text: string) => void,
): Promise<string> {
  const { hostName, alias, addressFamily, proxyCommand } = settings
  // What a ProxyCommand makes of the name is its own affair.
  if (address === undefined || address === hostName || proxyCommand !== undefined) return hostName
  if (isOther(hostName, alias)) return hostName
  const share = deadline.share(1 / 2)
  try {
    await addressesOf(hostName, addressFamily, share)
    return hostName
  } catch (error) {
    if (share.expired || (error as NodeJS.ErrnoException).code === 'EAI_AGAIN')
      notice(`DNS does not answer for ${hostName}: its address in the inventory is used, ${address}`)
    return address
  } finally {
    share.stop()
  }
}

/** The same over a jump host, which is the one who knows names there. @throws UserError E_FORWARD_FAILED */
export async function addressOverHop(
  { hostName, alias, port }: HostSettings,
  address: string | undefined,
  hop: SshConnection,
  deadline: Deadline,
): Promise<{ host: string; stream: Duplex }> {
  const reach = async (host: string): Promise<{ host: string; stream: Duplex }> => ({
    host,
    stream: await deadline.race(hop.forward(host, port)),
  })
  try {
    return await reach(hostName)
  } catch (error) {
    const unknown = UNKNOWN_NAME.test((error as Error).message)
    if (address === undefined || !unknown || isOther(hostName, alias)) throw error
    return reach(address)
  }
}

/** What getaddrinfo says, as sshd passes it on. */
const UNKNOWN_NAME = /not known|does not resolve|name resolution|unknown host|no address associated/i

const isOther = (hostName: string, alias: string): boolean =>
  hostName.toLowerCase() !== alias.toLowerCase() || isIP(hostName) !== 0
