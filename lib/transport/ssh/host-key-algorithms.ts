import { defaultOption } from './default-option.ts'

/** The algorithms that ssh2 knows, and the type of key that known_hosts has for each. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
  ['ssh-rsa', 'ssh-rsa'],
])

const CERTIFICATE = '-cert-v01@openssh.com'

/** What is used where no ssh client says what it would. */
const USUAL = [...TYPES.keys()].filter((name) => name !== 'ssh-rsa')

/**
 * The algorithms to ask a server for, best first. As in OpenSSH those of known keys come first, unless the config has a
 * list of its own, or the very best is of a known key anyway.
 *
 * @param wanted HostKeyAlgorithms as `ssh -G` prints it, undefined where nobody says
 * @param usual its default
 * @param known types of the keys that are known
 */
export function hostKeyAlgorithms(
  wanted: readonly string[] = USUAL,
  usual: readonly string[] = USUAL,
  known: ReadonlySet<string>,
): string[] {
  const usable = wanted.filter((name) => TYPES.has(name))
  const isKnown = (name: string): boolean => known.has(TYPES.get(name.replace(CERTIFICATE, '')) ?? '')
  // Of a certificate the plain type counts here, even where that itself is taken out of the list.
  if (isOwnList(wanted, usual) || isKnown(wanted[0] ?? '')) return usable
  return [...usable.filter(isKnown), ...usable.filter((name) => !isKnown(name))]
}

/** The default of HostKeyAlgorithms, as this machine's ssh client has it. */
export const defaultAlgorithms = async (): Promise<readonly string[] | undefined> =>
  (await defaultOption('hostkeyalgorithms'))?.split(',')

/**
 * `ssh -G` does not tell a list from a change of the default: `-NAME` takes away, `+NAME` adds at the end. Those leave the
 * others in their order, with the certificates among them, which a list of one's own hardly has.
 */
function isOwnList(wanted: readonly string[], usual: readonly string[]): boolean {
  const added = wanted.findIndex((name) => !usual.includes(name))
  const kept = added < 0 ? wanted : wanted.slice(0, added)
  const inOrder = kept.every((name, i) => i === 0 || usual.indexOf(name) > usual.indexOf(kept[i - 1] ?? ''))
  const certificates = (names: readonly string[]): boolean => names.some((name) => name.includes('-cert-'))
  return (
    !inOrder || kept.some((name) => !usual.includes(name)) || certificates(wanted) !== certificates(usual)
  )
}
