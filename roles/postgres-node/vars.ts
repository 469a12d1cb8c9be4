import { secretValue, z } from 'run-playbook'

/** What every node of the cluster needs to know, primary or replica. */
export const nodeVars = z.strictObject({
  image: z.string(),
  /** This node's overlay address: the only one that PostgreSQL listens on. */
  address: z.string(),
  port: z.int().default(5432),
  /** The overlay addresses of all nodes, this one included. */
  nodes: z.array(z.string()),
  /** The primary's overlay address. */
  primary: z.string(),
  /** Clients may connect from here. */
  network: z.string().default('10.88.0.0/24'),
  dataDir: z.string(),
  backupDir: z.string(),
  /** MiB of memory and number of cores: what PostgreSQL is tuned to. */
  memoryMb: z.number(),
  cores: z.number(),
  /** The most cores of any node: a standby must allow at least as many worker processes as its primary. */
  mostCores: z.number(),
  maxConnections: z.int().default(100),
  passwords: z.strictObject({ postgres: secretValue, replicator: secretValue }),
})

export type NodeVars = z.output<typeof nodeVars>

/** The slot on the primary, and the name in pg_stat_replication, of the node with this address. */
export const slotName = (address: string): string => `node_${address.replaceAll('.', '_')}`
