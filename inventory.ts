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
    /** Where `run-playbook restore` makes copies. */
    restoreDir: z.string().default('/data/restore'),
    /** What needs a restart: `switchover` promotes a replica that has it behind itself, and no primary is restarted. */
    rolling: z.enum(['restart', 'switchover']).default('restart'),
    /** A commit waits until one replica has it: the loss of any one node loses none. Off is PostgreSQL's default. */
    synchronous: z.boolean().default(false),
    /** How much WAL the primary keeps for a replica that is away. Beyond that the replica has to be copied anew. */
    maxSlotWalKeepSize: z
      .string()
      .regex(/^\d+(MB|GB)$/)
      .default('2GB'),
    /** Where a drill restores to, which needs as much room as the database. Empty at other times. */
    drillDir: z.string().default('/data/drill'),
    /** Encrypts the repository, with a key that is made and kept in the secrets. Decided before the first backup. */
    encrypt: z.boolean().default(false),
    /** A copy of the repository after each backup and every hour: a folder on something mounted, or `user@host:/path`. */
    offsite: z.string().optional(),
    /** When backups are taken; roles/postgres-backup/vars.ts says what can be set. */
    schedule: z.looseObject({}).optional(),
    /** What the repository keeps: `{ full: '14d', diff: 7 }`, by default all moments of two weeks; `full: 2` would be two full backups. */
    retention: z.looseObject({}).optional(),
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
