import type { Host } from '../../playbook/inventory.ts'
import { type ClusterContext, clusterOf } from '../cluster.ts'
import { signed } from '../status/statement.ts'

/** Under which name the store has the key that promotions are signed with. */
export const PROMOTION_KEY = 'promotion.key'

/**
 * What the nodes are told under `primary`: the public key, and the statement that it is the primary. Without a timeline before its
 * own there is nobody that it could have taken over from, and nothing to state.
 */
export function promotionVars(
  context: Pick<ClusterContext, 'hosts' | 'facts' | 'secrets'>,
  primary: Host,
): { readonly publicKey: string; readonly statement: string } {
  const { systemId: systemIdentifier, timeline } = clusterOf(context).fact(primary)
  const { publicKey, sign } = context.secrets.signingKey(PROMOTION_KEY)
  const { address } = primary
  const known = systemIdentifier !== '' && timeline > 1
  return { publicKey, statement: known ? signed({ systemIdentifier, timeline, address }, sign) : '' }
}
