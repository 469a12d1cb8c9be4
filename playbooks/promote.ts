import { definePlaybook, z } from 'run-playbook'
import { clusterWish, nodeFact, settled } from 'run-playbook/cluster'
import { MAX_LAG } from './plays/site.ts'
import { promotionPlays } from './plays/promotion.ts'

export default definePlaybook({
  description: 'makes another node the primary: -e to=node-b',
  vars: clusterWish.extend({
    /** The node that becomes the primary. */
    to: z.string(),
    /** Bytes of WAL that it may be behind when the primary can still be asked. */
    'max-lag': z.int().min(0).default(MAX_LAG),
    /** Promote although commits may be lost: another replica has more, or most nodes could not be asked. */
    'lose-commits': z.boolean().default(false),
  }),
  facts: { node: nodeFact },
  plays: (context) => {
    const { vars } = context
    return promotionPlays(settled(context), {
      to: vars.to,
      maxLag: vars['max-lag'],
      loseCommits: vars['lose-commits'],
    })
  },
})
