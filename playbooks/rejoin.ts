import { definePlaybook } from 'run-playbook'
import { clusterWish, nodeFact, settled } from 'run-playbook/cluster'
import { rejoinPlays } from './plays/rejoin.ts'

export default definePlaybook({
  description:
    'makes replicas of nodes that a promotion left behind, with as little copying as possible, and has all replicas follow the primary',
  vars: clusterWish,
  facts: { node: nodeFact },
  plays: (context) => rejoinPlays(settled(context)),
})
