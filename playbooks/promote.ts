import { definePlaybook, z } from 'run-playbook'
import { clusterWish, nodeFact, settled, yes } from 'run-playbook/cluster'
import { MAX_LAG } from './plays/site.ts'
import { abortPromotionPlays } from './plays/abort-promotion.ts'
import { promotionPlays } from './plays/promotion.ts'

export default definePlaybook({
  description: 'makes another node the primary: -e to=node-b',
  vars: clusterWish.extend({
    to: z.string().describe('The node that becomes the primary.'),
    'max-lag': z
      .int()
      .min(0)
      .default(MAX_LAG)
      .describe('How many bytes of WAL the node may be behind if the primary can still be asked.'),
    'lose-commits': z
      .boolean()
      .default(false)
      .describe(
        'Promote although commits may be lost: another replica has more, or most nodes do not answer.',
      ),
    abort: yes
      .default(false)
      .describe(
        'Abort a promotion of that node that was begun: the old primary is the primary again. Possible until the task "promote: the point of no return".',
      ),
  }),
  facts: { node: nodeFact },
  plays: (context) => {
    const { vars } = context
    if (vars.abort) return abortPromotionPlays(settled(context), vars.to)
    return promotionPlays(settled(context), {
      to: vars.to,
      maxLag: vars['max-lag'],
      loseCommits: vars['lose-commits'],
    })
  },
})
