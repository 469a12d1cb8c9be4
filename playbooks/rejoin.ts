import { definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact, rejoinPlays } from '../roles/index.ts'

export default definePlaybook({
  description: 'makes replicas of nodes that a promotion left behind, with as little copying as possible',
  vars: clusterVars,
  fact: nodeFact,
  plays: rejoinPlays,
})
