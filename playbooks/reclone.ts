import { definePlaybook } from 'run-playbook'
import { clusterWish, nodeFact, settled } from 'run-playbook/cluster'
import { reclonePlays } from './plays/rejoin.ts'

export default definePlaybook({
  description: 're-clones a node from the primary: -l node-a',
  vars: clusterWish,
  facts: { node: nodeFact },
  plays: (context) => reclonePlays(settled(context)),
})
