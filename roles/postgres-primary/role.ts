import { defineRole, postgresDatabase, postgresRole, postgresSlot, secretValue, z } from 'run-playbook'
import { nodeTasks, superuser } from '../postgres-node/tasks.ts'
import { nodeVars, slotName } from '../postgres-node/vars.ts'

/** The node that accepts writes, with the roles, slots and databases of the cluster. */
export const postgresPrimary = defineRole({
  name: 'postgres-primary',
  tags: ['postgres'],
  vars: nodeVars.extend({
    /** Databases to create, each with an owner of the same name. */
    databases: z.array(z.strictObject({ name: z.string(), password: secretValue })).default([]),
  }),
  tasks: (vars) => {
    const on = superuser(vars)
    const replicas = vars.nodes.filter((address) => address !== vars.address)
    return [
      nodeTasks(vars, 'primary'),
      postgresRole('replicator', {
        on,
        name: 'replicator',
        password: vars.passwords.replicator,
        login: true,
        replication: true,
      }),
      replicas.map((address) => postgresSlot(`slot ${slotName(address)}`, { on, name: slotName(address) })),
      vars.databases.map(({ name, password }) => [
        postgresRole(`role ${name}`, { on, name, password, login: true }),
        postgresDatabase(`database ${name}`, { on, name, owner: name }),
      ]),
    ]
  },
})
