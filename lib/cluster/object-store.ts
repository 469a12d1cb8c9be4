import { type Secret, reveal } from '../core/secret.ts'
import { UserError } from '../core/errors.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { repositoryKeyOf } from './repository-key.ts'
import { hostVarsOf } from './vars/host.ts'
import { OBJECT_STORE_SECRETS } from './vars/object-store.ts'

/** What opens the object store, and what all in it is encrypted with. */
export interface ObjectStoreSecrets {
  readonly accessKey: Secret
  readonly secretKey: Secret
  readonly cipher: Secret
}

/**
 * The secrets of the object store; undefined where no node has one. The bucket is on somebody else's machines, so all in it is encrypted, and
 * whoever does not have the key takes nothing in it for his own.
 * @throws UserError E_SECRETS_MISSING without credentials, E_SECRETS_KIND for those that pgBackRest can not be given, and as
 * {@link repositoryKeyOf} does
 */
export function objectStoreSecretsOf(context: ClusterContext): ObjectStoreSecrets | undefined {
  const { nodes } = clusterOf(context)
  if (nodes.every((node) => hostVarsOf(node).objectStore === undefined)) return undefined
  return {
    accessKey: credential(context, OBJECT_STORE_SECRETS.accessKey),
    secretKey: credential(context, OBJECT_STORE_SECRETS.secretKey),
    cipher: repositoryKeyOf(context),
  }
}

// It becomes a line of a configuration file.
function credential({ secrets }: ClusterContext, name: string): Secret {
  const secret = secrets.get(name)
  if (/^[\x21-\x7e]+$/.test(reveal(secret))) return secret
  throw new UserError('E_SECRETS_KIND', `the secret ${name} is no key of an object store`, {
    hint: `It must be printable characters without spaces, in one line. Store it again: ${secrets.command(`set ${name}`)}. Nothing was changed.`,
  })
}
