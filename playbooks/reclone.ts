import { definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact, reclonePlays } from '../roles/index.ts'

export default definePlaybook({
  description: 'copies a node anew from the primary: -l node-a',
  vars: clusterVars,
  fact: nodeFact,
  plays: reclonePlays,
})
