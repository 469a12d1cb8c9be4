import type { Host } from '../../playbook/inventory.ts'
import { Secret, reveal } from '../../core/secret.ts'
import type { SecretStore } from '../../secrets/index.ts'
import { hostVarsOf } from '../vars/host.ts'

/** Name in the store of what PostgreSQL on a node shows its clients. */
export const serverSecret = ({ name }: Pick<Host, 'name'>): string => `server.${name}`

/**
 * The key and the certificate of a node's PostgreSQL, in PEM, of the authority that the nodes know each other by. It is not the
 * certificate that they show each other: that one lets its holder read the data of a node.
 */
export function serverBundle(secrets: SecretStore, host: Host): Secret {
  const name = serverSecret(host)
  const { privateKey, certificate } = secrets.certificate(name, {
    authority: 'pgbackrest',
    commonName: `${host.name} PostgreSQL`,
    addresses: [host.address, '127.0.0.1'],
    names: [...new Set([host.name, 'localhost', ...hostVarsOf(host).serverNames])],
  })
  return new Secret(name, reveal(privateKey) + certificate)
}
