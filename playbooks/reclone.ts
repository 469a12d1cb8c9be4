import { definePlaybook } from 'run-playbook'
import { clusterWish, nodeFact, settled, yes } from 'run-playbook/cluster'
import { abortReclonePlays } from './plays/abort-reclone.ts'
import { reclonePlays } from './plays/rejoin.ts'

export default definePlaybook({
  description: 're-clones a node from the primary: -l node-a',
  vars: clusterWish.extend({
    abort: yes
      .default(false)
      .describe(
        'Abort a re-clone that was begun, as long as the node has its old data: until the copy is complete.',
      ),
  }),
  facts: { node: nodeFact },
  plays: (context) => (context.vars.abort ? abortReclonePlays : reclonePlays)(settled(context)),
})
