import { UnreachableError } from '../../core/errors.ts'
import { defaultAlgorithms, hostKeyAlgorithms } from './host-key-algorithms.ts'
import { type KnownKey, fingerprint, keyType, knownHostsName, knownKeys, remember } from './known-hosts.ts'
import type { HostSettings } from './config.ts'

/** Decides whether the key that a server shows is the host's. */
export interface HostKeyCheck {
  /** Key algorithms to negotiate, best first. */
  readonly algorithms: readonly string[]
  /** Why ssh2 cannot do it: an authority that signs host keys. */
  readonly openSshFor: string | undefined
  /** @throws UnreachableError E_UNKNOWN_HOST_KEY, E_HOST_KEY_CHANGED, E_HOST_KEY_REVOKED */
  verify(key: Buffer): Promise<void>
}

/**
 * @param host the name or address that is connected to
 * @param sshArguments what to give to `ssh` for the same host, for the hint
 */
export async function hostKeyCheck(
  settings: HostSettings,
  host: string,
  sshArguments: string,
  notice: (text: string) => void,
): Promise<HostKeyCheck> {
  const name = settings.hostKeyAlias?.toLowerCase() ?? knownHostsName(host, settings.port)
  const files = [...settings.userKnownHosts, ...settings.globalKnownHosts]
  const named = await knownKeys(files, name)
  // As in OpenSSH: a key that is known without the port will do where none is known with it.
  const plain = named.filter(({ marker }) => marker === undefined)
  const alone = plain.length === 0 && settings.hostKeyAlias === undefined && name !== host.toLowerCase()
  const bare = alone ? await knownKeys(files, host.toLowerCase()) : []
  const keys = [...plain, ...bare.filter(({ marker }) => marker === undefined)]
  const authority = named.find(({ marker }) => marker === '@cert-authority')
  // Without the port a key is only compared, as in OpenSSH: it does not decide which one the server is asked for.
  const types = typesOf(named, plain)
  const algorithms = hostKeyAlgorithms(settings.hostKeyAlgorithms, await defaultAlgorithms(), types)

  const verify = async (key: Buffer): Promise<void> => {
    const same = (known: KnownKey): boolean => known.key.equals(key)
    const shown = `${keyType(key)} ${fingerprint(key)}`
    const revoked = [...named, ...bare].find((known) => known.marker === '@revoked' && same(known))
    if (revoked !== undefined) {
      throw new UnreachableError(
        'E_HOST_KEY_REVOKED',
        `the host key of ${name} is revoked: ${shown}, ${where(revoked)}`,
      )
    }
    if (keys.some(same)) return
    const [other] = plain
    if (other !== undefined) {
      throw new UnreachableError(
        'E_HOST_KEY_CHANGED',
        `the host key of ${name} has changed: the host has ${shown}, but ${where(other)} has ${other.type} ${fingerprint(other.key)}`,
        { hint: `If the host was reinstalled: ssh-keygen -R '${name}' -f ${other.file}` },
      )
    }
    if (settings.acceptNew) {
      const [file] = settings.userKnownHosts
      if (file === undefined) return notice(`the host key of ${name} was not known: ${shown}`)
      try {
        await remember(file, name, key, settings.hashKnownHosts)
        return notice(`the host key of ${name} was not known, and was added to known_hosts: ${shown}`)
      } catch (error) {
        // As ssh: not being able to write it down is no reason not to work.
        return notice(
          `the host key of ${name} was not known: ${shown}; it cannot be added to known_hosts: ${(error as Error).message}`,
        )
      }
    }
    throw new UnreachableError('E_UNKNOWN_HOST_KEY', `the host key of ${name} is not known: ${shown}`, {
      hint: `Compare the fingerprint, then accept it with: ssh ${sshArguments}`,
    })
  }

  const openSshFor =
    authority === undefined
      ? whyNone(algorithms, settings)
      : `${where(authority)} trusts an authority for its host key`
  return { algorithms, openSshFor, verify }
}

const whyNone = (
  algorithms: readonly string[],
  { hostKeyAlgorithms: wanted }: HostSettings,
): string | undefined =>
  algorithms.length === 0 ? `the ssh config says HostKeyAlgorithms ${wanted?.join(',')}` : undefined

/** The types of keys that are known: of each the first counts, unless it is revoked. */
function typesOf(named: readonly KnownKey[], plain: readonly KnownKey[]): Set<string> {
  const isRevoked = ({ key }: KnownKey): boolean =>
    named.some((known) => known.marker === '@revoked' && known.key.equals(key))
  const firsts = plain.filter((known) => plain.find(({ type }) => type === known.type) === known)
  return new Set(firsts.filter((known) => !isRevoked(known)).map(({ type }) => type))
}

const where = ({ file, line }: KnownKey): string => `${file}:${line}`
