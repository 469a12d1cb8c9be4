import { UnreachableError } from '../core/errors.ts'
import { type KnownKey, fingerprint, keyType, knownHostsName, knownKeys, remember } from './known-hosts.ts'
import type { HostSettings } from './ssh-config.ts'

/** Decides whether the key that a server shows is the host's. */
export interface HostKeyCheck {
  /** Key algorithms to negotiate, those of the known keys first: ssh2 would otherwise take one that is not known. */
  readonly algorithms: readonly string[]
  /** @throws UnreachableError E_UNKNOWN_HOST_KEY, E_HOST_KEY_CHANGED, E_HOST_KEY_REVOKED */
  verify(key: Buffer): Promise<void>
}

/** Algorithms of ssh2, best first, under the key type that known_hosts has for them. */
const ALGORITHMS: readonly (readonly [type: string, ...algorithms: string[]])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['ssh-rsa', 'rsa-sha2-512', 'rsa-sha2-256'],
]

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
  const bare =
    named.length > 0 || name === host.toLowerCase() ? [] : await knownKeys(files, host.toLowerCase())
  const keys = [...named, ...bare].filter(({ marker }) => marker === undefined)
  const types = new Set(keys.map(({ type }) => type))
  const ordered = [...ALGORITHMS].sort(([a], [b]) => Number(types.has(b)) - Number(types.has(a)))

  const verify = async (key: Buffer): Promise<void> => {
    const same = (known: KnownKey): boolean => known.key.equals(key)
    const shown = `${keyType(key)} ${fingerprint(key)}`
    const revoked = [...named, ...bare].find((known) => known.marker === '@revoked' && same(known))
    if (revoked !== undefined) {
      throw new UnreachableError(
        'E_HOST_KEY_REVOKED',
        `${name} shows a key that is revoked: ${shown}, ${where(revoked)}`,
      )
    }
    if (keys.some(same)) return
    const other = named.find(({ marker }) => marker === undefined)
    if (other !== undefined) {
      throw new UnreachableError(
        'E_HOST_KEY_CHANGED',
        `the host key of ${name} is not the one known: it shows ${shown}, ${where(other)} has ${other.type} ${fingerprint(other.key)}`,
        { hint: `If the host was reinstalled: ssh-keygen -R '${name}' -f ${other.file}` },
      )
    }
    if (settings.acceptNew) {
      const [file] = settings.userKnownHosts
      if (file !== undefined) await remember(file, name, key, settings.hashKnownHosts)
      return notice(`the host key of ${name} was not known and is remembered now: ${shown}`)
    }
    const authority = named.find(({ marker }) => marker === '@cert-authority')
    throw new UnreachableError(
      'E_UNKNOWN_HOST_KEY',
      `the host key of ${name} is not known: ${shown}${certificates(authority)}`,
      {
        hint: `Compare the fingerprint, then accept it with: ssh ${sshArguments}`,
      },
    )
  }

  return { algorithms: ordered.flatMap(([, ...algorithms]) => algorithms), verify }
}

const where = ({ file, line }: KnownKey): string => `${file}:${line}`

const certificates = (authority: KnownKey | undefined): string =>
  authority === undefined
    ? ''
    : ` (${where(authority)} trusts an authority for it, but host certificates are not supported: add the key itself)`
