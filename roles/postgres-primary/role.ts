import { type TaskList, defineRole, file, secretValue, z } from 'run-playbook'
import { type NodeRoleVars, nodeRoleVars, slotsOfOthers } from 'run-playbook/cluster'
import { postgresDatabase, postgresRole, postgresSettings, postgresSlot } from 'run-playbook/postgres'
import { leftoverSlots } from '../postgres-node/leftover-slots.ts'
import { followed } from './followed.ts'
import { restartWaits } from './restart-waits.ts'
import { nodeAccepts, nodeContainer } from '../postgres-node/container.ts'
import { nodeFiles } from '../postgres-node/files.ts'
import { passfile } from '../postgres-node/passfile.ts'
import { rolesWithPasswords } from '../postgres-node/roles-with-passwords.ts'
import { loadConfiguration, superuser } from '../postgres-node/tasks.ts'

const vars = nodeRoleVars.extend({
  /** Databases to create, each with an owner of the same name. */
  databases: z.array(z.strictObject({ name: z.string(), password: secretValue })).default([]),
  /** `later`: what needs a restart is left to the role `postgres-primary-restart`. */
  restart: z.enum(['now', 'later']).default('now'),
})

/** The node that accepts writes, with the roles, slots and databases of the cluster. */
export const postgresPrimary = defineRole({
  name: 'postgres-primary',
  tags: ['postgres'],
  vars,
  tasks: (vars) => {
    const now = vars.restart === 'now'
    return [
      nodeFiles(vars, loadConfiguration(vars, !now)),
      // Left by a promotion that was cut short: nobody took over.
      file('no fence', { path: `${vars.dataDir}/fenced`, state: 'absent' }),
      now && [nodeContainer(vars), nodeAccepts(vars, 'primary')],
      inside(vars),
      // Once it is a replica it needs them.
      passfile('passfile', {}),
      vars.databases.map(({ name, password }) => [
        postgresRole(`role ${name}`, { on: superuser(vars), name, password, login: true }),
        postgresDatabase(`database ${name}`, { on: superuser(vars), name, owner: name }),
      ]),
    ]
  },
})

/**
 * What of a primary's configuration takes a restart: last of all, when its replicas have proved that it works. With `rolling: later` it is
 * only told.
 */
export const postgresPrimaryRestart = defineRole({
  name: 'postgres-primary-restart',
  tags: ['postgres'],
  vars: nodeRoleVars.extend({
    /** How many replicas stream from it now. */
    replicas: z.int().min(0).default(0),
  }),
  tasks: (vars) =>
    vars.rolling === 'later'
      ? restartWaits(vars)
      : [
          nodeContainer(vars),
          nodeAccepts(vars, 'primary'),
          postgresSettings('runs with its configuration', { on: superuser(vars), container: 'postgres' }),
          followed('is followed', { on: superuser(vars), replicas: vars.replicas }),
        ],
})

/** What a replica needs on a primary that it did not follow before: its slot, which keeps the WAL that it is to fetch. */
export const postgresSlots = defineRole({
  name: 'postgres-slots',
  tags: ['postgres'],
  vars: nodeRoleVars.extend({
    /** Names of the slots. */
    slots: z.array(z.string()),
  }),
  tasks: (vars) => vars.slots.map((name) => postgresSlot(`slot ${name}`, { on: superuser(vars), name })),
})

function inside(vars: NodeRoleVars): TaskList {
  const on = superuser(vars)
  const slots = slotsOfOthers(vars)
  return [
    rolesWithPasswords(vars),
    // No password: it comes through the socket only, as the OS user of the same name.
    postgresRole('monitor', { on, name: 'monitor', login: true, memberOf: ['pg_monitor'] }),
    slots.map((name) => postgresSlot(`slot ${name}`, { on, name })),
    leftoverSlots('no other slots', { on, keep: slots }),
  ]
}
