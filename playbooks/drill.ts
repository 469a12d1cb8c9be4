import { definePlay, definePlaybook } from 'run-playbook'
import { clusterVars, nodeFact, refuseByHand, refuseForeignContainers } from 'run-playbook/cluster'
import { postgresDrillNow } from 'run-playbook/roles'

export default definePlaybook({
  description: 'restores the newest backup of each node into a throwaway container, proves it, removes it',
  verbosity: 1,
  vars: clusterVars.pick({ adopt: true }),
  facts: { node: nodeFact },
  plays: (context) => {
    refuseForeignContainers(context, ['pgbackrest', 'postgres-drill'])
    refuseByHand(context)
    return [definePlay({ name: 'drill', hosts: 'postgres', roles: () => [postgresDrillNow({})] })]
  },
})
