import { z } from 'zod'
import { secretValue } from '../../core/schemas.ts'
import { backupPolicy, retentionPolicy } from './backup.ts'

/** What every node of the cluster needs to know, primary or replica. */
export const nodeVars = z.strictObject({
  image: z.string(),
  /** This node's overlay address: the only one that PostgreSQL listens on. */
  address: z.string(),
  port: z.int().default(5432),
  /** The name and overlay address of every node, this one included. */
  nodes: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  /** The primary's overlay address. */
  primary: z.string(),
  /** Clients may connect from here. */
  network: z.string().default('10.88.0.0/24'),
  dataDir: z.string(),
  backupDir: z.string(),
  /** Where a drill restores the newest backup to; empty at other times. */
  drillDir: z.string().default('/data/drill'),
  /** MiB of memory and number of cores: what PostgreSQL is tuned to. */
  memoryMb: z.number(),
  cores: z.number(),
  /** The most cores of any node: a standby must allow at least as many worker processes as its primary. */
  mostCores: z.number(),
  maxConnections: z.int().default(100),
  retention: retentionPolicy.prefault({}),
  /** Whether the repository is encrypted at rest. Decided before the first backup. */
  encrypt: z.boolean().default(false),
  /** Where a copy of the repository goes: a folder on something mounted, or what rsync understands, `user@host:/path`. */
  offsite: z
    .string()
    .regex(/^[\w@%:./-]+$/, 'must be a path or user@host:/path')
    .optional(),
  schedule: backupPolicy.prefault({}),
  /** When the weekly drill begins, on the node whose turn is first. In the node's time zone. */
  drill: z
    .strictObject({
      day: z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']).default('Sun'),
      hour: z.int().min(0).max(23).default(4),
    })
    .prefault({}),
  /** When its turn comes in the nightly backups: 0 is the first. */
  turn: z.int().min(0).default(0),
  /** Of `secrets.certificate`: what the nodes' pgBackRest know each other by. */
  tls: z.object({ authority: z.string(), certificate: z.string(), privateKey: secretValue }),
  /** A commit waits until one replica has it. */
  synchronous: z.boolean().default(false),
  /** How much WAL a primary keeps for a replica that does not come for it. */
  maxSlotWalKeepSize: z.string().default('2GB'),
  passwords: z.strictObject({
    /** The key of the repository's encryption. */
    cipher: secretValue.optional(),
    postgres: secretValue,
    replicator: secretValue,
    rewinder: secretValue,
  }),
})

export type NodeVars = z.output<typeof nodeVars>

/** The slot on the primary, and the name in pg_stat_replication, of the node with this address. */
export const slotName = (address: string): string => `node_${address.replaceAll('.', '_')}`

/** The slots that a primary has: one for every other node. */
export const slotsOfOthers = ({ address, nodes }: Pick<NodeVars, 'address' | 'nodes'>): string[] =>
  nodes.filter((node) => node.address !== address).map((node) => slotName(node.address))
