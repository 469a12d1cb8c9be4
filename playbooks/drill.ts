import { definePlay, definePlaybook } from 'run-playbook'
import { postgresDrillNow } from 'run-playbook/roles'

export default definePlaybook({
  description: 'restores the newest backup of each node into a throwaway container, proves it, removes it',
  verbosity: 1,
  plays: () => [definePlay({ name: 'drill', hosts: 'postgres', roles: () => [postgresDrillNow({})] })],
})
