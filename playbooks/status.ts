import { definePlaybook } from 'run-playbook'
import { clusterVars, statusFact, statusReport } from 'run-playbook/cluster'

export default definePlaybook({
  description: 'all nodes in one table, also when some are down; changes nothing',
  vars: clusterVars.pick({ thresholds: true }),
  facts: { status: statusFact },
  report: statusReport,
})
