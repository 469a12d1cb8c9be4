import { defineRole, z } from 'run-playbook'
import { nodeRoleVars } from 'run-playbook/cluster'
import { leftoverSlots } from '../postgres-node/leftover-slots.ts'
import { nodeAccepts, nodeContainer } from '../postgres-node/container.ts'
import { nodeConfig, nodeFiles } from '../postgres-node/files.ts'
import { passfile } from '../postgres-node/passfile.ts'
import { loadConfiguration, superuser } from '../postgres-node/tasks.ts'
import { rejoined } from './rejoined.ts'

const COPY_MS = 24 * 3_600_000

/** A node that follows the primary: copied from it when it has no data, streaming from its own slot. */
export const postgresReplica = defineRole({
  name: 'postgres-replica',
  tags: ['postgres'],
  vars: nodeRoleVars.extend({
    /** What it has on its disk decides how long to wait for it. */
    data: z.enum(['none', 'some']).default('some'),
    /** For a node that was left behind: how it becomes a replica again, and why it has to. */
    comeBack: z.strictObject({ way: z.enum(['rewind', 'reclone']), because: z.string() }).optional(),
  }),
  tasks: (vars) => {
    const { data, comeBack, dataDir, primary } = vars
    return [
      nodeFiles(vars, loadConfiguration(vars)),
      nodeContainer(vars),
      passfile('passfile', { primary: data === 'some' ? primary : undefined }),
      comeBack && rejoined('rejoins', { ...comeBack, dataDir, primary, container: 'postgres' }),
      nodeAccepts(vars, 'replica', data === 'none' || comeBack ? COPY_MS : 120_000),
      // A slot of its time as a primary would keep WAL that nobody fetches.
      leftoverSlots('no slots', { on: superuser(vars), keep: [] }),
    ]
  },
})

/** The first thing that a running replica needs after a promotion: whom to follow. */
export const postgresFollows = defineRole({
  name: 'postgres-follows',
  tags: ['postgres'],
  vars: nodeRoleVars,
  tasks: (vars) => nodeConfig(vars, loadConfiguration(vars, true)),
})
