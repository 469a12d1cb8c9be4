import { definePlaybook } from 'run-playbook'
import { beforeSwitchover, clusterVars, nodeFact, sitePlays } from '../roles/index.ts'

export default definePlaybook({
  description: 'the whole PostgreSQL cluster, from bare nodes or any half-done state',
  vars: clusterVars,
  fact: nodeFact,
  prepare: beforeSwitchover,
  plays: sitePlays,
})
