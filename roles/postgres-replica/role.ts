import { defineRole } from 'run-playbook'
import { nodeTasks } from '../postgres-node/tasks.ts'
import { nodeVars } from '../postgres-node/vars.ts'

/** A node that follows the primary: copied from it when it has no data, streaming from its own slot. */
export const postgresReplica = defineRole({
  name: 'postgres-replica',
  tags: ['postgres'],
  vars: nodeVars,
  tasks: (vars) => nodeTasks(vars, 'replica'),
})
