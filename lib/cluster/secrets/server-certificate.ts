import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { Secret, reveal } from '../../core/secret.ts'
import type { ClusterContext } from '../cluster.ts'
import { hostVarsOf } from '../vars/host.ts'

/** Name in the store of what PostgreSQL on a node shows its clients. */
export const serverSecret = ({ name }: Pick<Host, 'name'>): string => `server.${name}`

/**
 * The key and the certificate of a node's PostgreSQL, in PEM, of the authority that the nodes know each other by. It is not the
 * certificate that they show each other: that one lets its holder read the data of a node.
 *
 * @throws UserError E_SECRETS_KIND for one that has expired
 */
export function serverBundle(secrets: ClusterContext['secrets'], host: Host): Secret {
  const name = serverSecret(host)
  const { privateKey, certificate, notAfter } = secrets.certificate(name, {
    authority: 'pgbackrest',
    commonName: `${host.name} PostgreSQL`,
    addresses: [host.address, '127.0.0.1'],
    names: [...new Set([host.name, 'localhost', ...hostVarsOf(host).serverNames])],
  })
  // One that was issued here would have been renewed.
  if (notAfter.getTime() <= Date.now())
    throw new UserError('E_SECRETS_KIND', `the certificate ${name} expired on ${notAfter.toISOString()}`, {
      hint: 'An environment variable, RUN_PLAYBOOK_SECRET_…, gives it. Set it to a new certificate, or unset it: then one is issued. Nothing was changed.',
    })
  return new Secret(name, reveal(privateKey) + certificate)
}
