import { definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact } from 'run-playbook/cluster'
import { rejoinPlays } from './plays/rejoin.ts'

export default definePlaybook({
  description: 'makes replicas of nodes that a promotion left behind, with as little copying as possible',
  vars: clusterVars,
  facts: { node: nodeFact },
  plays: rejoinPlays,
})
