import { definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact } from 'run-playbook/cluster'
import { reclonePlays } from './plays/rejoin.ts'

export default definePlaybook({
  description: 'copies a node anew from the primary: -l node-a',
  vars: clusterVars,
  facts: { node: nodeFact },
  plays: reclonePlays,
})
