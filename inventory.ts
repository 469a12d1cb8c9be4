import { defineInventory, z } from 'run-playbook'

/** The machines. Addresses are those on the overlay; how to log in to each stands in the ssh config, under its name. */
const inventory = defineInventory({
  vars: z.strictObject({
    /** `auto` sets up WireGuard where there is no overlay yet; `external` never touches it. */
    overlay: z.enum(['auto', 'external']).default('auto'),
    /** Where the other nodes reach this one for WireGuard. By default the address that SSH reached. */
    endpoint: z.string().optional(),
    /** Mounted at /var/lib/postgresql/data. */
    dataDir: z.string().default('/data/postgres'),
    /** Mounted at /var/lib/pgbackrest. */
    backupDir: z.string().default('/data/backups'),
  }),
  hosts: {
    'node-a': { address: '10.88.0.11' },
    'node-b': { address: '10.88.0.12' },
    'node-c': { address: '10.88.0.13' },
  },
  groups: {
    postgres: { hosts: ['node-a', 'node-b', 'node-c'] },
    /** Only for a cluster that is not there yet: later the nodes themselves say who is primary. */
    'first-primary': { hosts: ['node-a'] },
  },
})

export default inventory

declare module 'run-playbook' {
  interface Register {
    inventory: typeof inventory
  }
}
