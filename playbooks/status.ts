import { definePlaybook } from 'run-playbook'
import { clusterVars, statusFact, statusReport } from '../roles/index.ts'

export default definePlaybook({
  description: 'all nodes in one table, also when some are down; changes nothing',
  vars: clusterVars.pick({ thresholds: true }),
  fact: statusFact,
  report: statusReport,
})
