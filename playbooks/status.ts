import { definePlaybook } from 'run-playbook'
import { clusterWish, settled, statusFact, statusReport } from 'run-playbook/cluster'

export default definePlaybook({
  description: 'all nodes in one table, also when some are down; changes nothing',
  vars: clusterWish.pick({ thresholds: true, pooler: true }),
  facts: { status: statusFact },
  report: (context) => statusReport(settled(context)),
})
