import { definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact } from 'run-playbook/cluster'
import { beforeSwitchover, sitePlays } from './plays/site.ts'

export default definePlaybook({
  description: 'the whole PostgreSQL cluster, from bare nodes or any half-done state',
  vars: clusterVars,
  facts: { node: nodeFact },
  prepare: beforeSwitchover,
  plays: sitePlays,
})
