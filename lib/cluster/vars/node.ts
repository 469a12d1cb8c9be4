import { z } from 'zod'
import { network } from '../../modules/network/wireguard/subnet.ts'
import { hostName } from './host-name.ts'
import { sharedVars } from './shared.ts'
import { objectStoreVars } from './object-store.ts'
import { backupPolicy, retentionPolicy } from './backup-policy.ts'

/** What is a node's own: its roles know this of it. */
export const ownVars = z.strictObject({
  /** `auto` sets up WireGuard where there is no overlay yet; `external` never touches it. @default 'auto' */
  overlay: z.enum(['auto', 'external']).default('auto'),
  /**
   * The network of the overlay, such as `'10.88.0.0/16'`: clients may connect from here. Every node's address lies in it.
   * @default the /24 of the node's address
   */
  network: z
    .string()
    .refine((text) => network(text) === text, "must be a network such as '10.88.0.0/24'")
    .optional(),
  /**
   * MTU of the tunnel that `site` sets up, in bytes: for paths between the nodes that take less than others.
   * @default what wg-quick makes of the route to the peers, mostly 1420
   */
  mtu: z.int().min(576).max(65535).optional(),
  /** Where the other nodes reach this one for WireGuard, such as `203.0.113.7`, `fd00::11` or `[fd00::11]:51821`. @default the address that SSH reached */
  endpoint: z.string().optional(),
  /**
   * Further host names of this node in its TLS certificate, such as `'db.example.com'` or `'*.example.com'`: what clients call it. Its
   * name in the inventory, its overlay address, `localhost` and `127.0.0.1` are in it anyway. @default none
   */
  serverNames: z.array(hostName).default([]),
  /** Folder of the data, mounted at /var/lib/postgresql/data. @default '/data/postgres' */
  dataDir: z.string().default('/data/postgres'),
  /** Folder of the repository, mounted at /var/lib/pgbackrest. @default '/data/backups' */
  backupDir: z.string().default('/data/backups'),
  /** Where `run-playbook restore` makes copies. @default '/data/restore' */
  restoreDir: z.string().default('/data/restore'),
  /** Where a drill restores to, which needs as much room as the database. Empty at other times. @default '/data/drill' */
  drillDir: z.string().default('/data/drill'),
  /**
   * What needs a restart of the primary: `restart` restarts it, `switchover` promotes a replica that has been restarted. `later` leaves
   * the primary as it is, and each run says what waits; `-e rolling=restart` or `-e rolling=switchover` does it.
   * @default 'restart'
   */
  rolling: z.enum(['restart', 'switchover', 'later']).default('restart'),
  /** A commit waits until one replica has it: the loss of any one node loses none. @default false, as in PostgreSQL */
  synchronous: z.boolean().default(false),
  /**
   * How much WAL the primary keeps for a replica that is away, such as `2GB`. Beyond that the replica has to be copied
   * anew. @default '2GB'
   */
  maxSlotWalKeepSize: z
    .string()
    .regex(/^\d+(MB|GB)$/, "must be a size such as '2GB' or '512MB'")
    .default('2GB'),
  /** Encrypts the repository, with a key that is made and kept in the secrets. Decided before the first backup. @default false */
  encrypt: z.boolean().default(false),
  /**
   * A copy of the repository after each backup and every hour: a folder on something mounted, or what rsync understands,
   * `user@host:/path`. @default none
   */
  offsite: z
    .string()
    .regex(/^[\w@%:./-]+$/, 'must be a path or user@host:/path')
    .optional(),
  /**
   * A second repository in an object store: backups and WAL, always encrypted. Its credentials are the secrets `object-store.access-key` and
   * `object-store.secret-key`. @default none
   */
  objectStore: objectStoreVars.optional(),
  /** When backups are taken. @default every night from 02:00 UTC, a full one each week */
  schedule: backupPolicy.prefault({}),
  /** What the repository keeps: `{ full: '14d', diff: 7 }`. @default every moment of two weeks */
  retention: retentionPolicy.prefault({}),
  /** When the weekly drill begins, on the node whose turn is first. In the node's time zone. @default Sunday at 4 */
  drill: z
    .strictObject({
      day: z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']).default('Sun'),
      hour: z.int().min(0).max(23).default(4),
    })
    .prefault({}),
})

/**
 * What the inventory says of a node of the cluster: the only place where these vars, their defaults and their checks are
 * written down. Playbooks and roles take them from here.
 *
 * @example
 * export default defineInventory({ vars: nodeVars, hosts: { … }, groups: { postgres: { hosts: […] } } })
 *
 * @example With vars of your own:
 * vars: nodeVars.extend({ rack: z.string() })
 */
export const nodeVars = ownVars.extend(sharedVars)

/** The vars of a node in effect. */
export type NodeVars = z.output<typeof nodeVars>
