import { z } from 'zod'
import { secretValue } from '../../core/schemas.ts'
import { clientAccess } from './client-access.ts'
import { ownVars } from './node.ts'

/** What the roles of a node know: its own vars, and what follows from the cluster that it is part of. */
export const nodeRoleVars = ownVars.extend({
  image: z.string(),
  /** Folders that the node's own lie in: made where they are missing, and closed to all users but root. @default none */
  privateDirs: z.array(z.string()).default([]),
  /** Those that stay open, because they are not for the cluster alone. The plan tells. @default none */
  openDirs: z
    .array(z.strictObject({ path: z.string(), because: z.string(), advice: z.string() }))
    .default([]),
  /** Containers of this node that have no label of ours are taken over. @default false */
  adopt: z.boolean().default(false),
  /** This node's overlay address: the only one that PostgreSQL listens on. */
  address: z.string(),
  /** @default 5432 */
  port: z.int().default(5432),
  /** The name and overlay address of every node, this one included. */
  nodes: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  /** The primary's overlay address. */
  primary: z.string(),
  /** Clients may connect from here. */
  network: z.string(),
  /** Whether they may do so without TLS. @default 'allow' */
  clientTls: z.enum(['allow', 'require']).default('allow'),
  /** Lines of pg_hba.conf for them. @default none */
  clientAccess: clientAccess.default([]),
  /** Whether PgBouncer on the nodes looks up passwords. @default false */
  pooler: z.boolean().default(false),
  /** The authority of their certificates and the list of those that it revoked, in PEM. @default none is asked for one */
  clientAuthority: z.strictObject({ pem: z.string(), revokes: z.boolean() }).optional(),
  /** MiB of memory: what PostgreSQL is tuned to. */
  memoryMb: z.number(),
  /** Number of cores: what PostgreSQL is tuned to. */
  cores: z.number(),
  /** The most cores of any node: a standby must allow at least as many worker processes as its primary. */
  mostCores: z.number(),
  /** @default 100 */
  maxConnections: z.int().default(100),
  /** Of which all nodes have the same, because a standby needs what its primary has. @default PostgreSQL's own */
  capacity: z
    .strictObject({
      max_worker_processes: z.int().optional(),
      max_wal_senders: z.int().default(10),
      max_prepared_transactions: z.int().default(0),
      max_locks_per_transaction: z.int().default(64),
    })
    .prefault({}),
  /** The repository is of an earlier major version of PostgreSQL, and goes on with this one. @default false */
  stanzaUpgrade: z.boolean().default(false),
  /** When its turn comes in the nightly backups: 0 is the first. @default 0 */
  turn: z.int().min(0).default(0),
  /** What a promotion by the operator is told from another node's word by. @default nothing is signed, and a node's word counts */
  promotion: z
    .strictObject({
      /** What the operator signs promotions with, in PEM. @default none */
      publicKey: z.string().default(''),
      /** That the primary was promoted, signed; empty where there was no promotion. @default none */
      statement: z.string().default(''),
    })
    .prefault({}),
  /** Of `secrets.certificate`: what the nodes' pgBackRest know each other by. */
  tls: z.object({ authority: z.string(), certificate: z.string(), privateKey: secretValue }),
  /** What PostgreSQL shows its clients: a key and its certificate, in PEM. */
  server: secretValue,
  passwords: z.strictObject({
    /** The key of the repository's encryption. */
    cipher: secretValue.optional(),
    postgres: secretValue,
    /** What the superuser's password was before: a server that has not got the new one yet lets us in with it. */
    previous: z.array(secretValue).default([]),
    replicator: secretValue,
    rewinder: secretValue,
    /** Of the role that begins and ends backups for other nodes. */
    basebackup: secretValue,
  }),
})

/** The vars of a node's roles in effect. */
export type NodeRoleVars = z.output<typeof nodeRoleVars>

/** The slot on the primary, and the name in pg_stat_replication, of the node with this address. */
export const slotName = (address: string): string => `node_${address.replaceAll('.', '_')}`

/** The slots that a primary has: one for every other node. */
export const slotsOfOthers = ({ address, nodes }: Pick<NodeRoleVars, 'address' | 'nodes'>): string[] =>
  nodes.filter((node) => node.address !== address).map((node) => slotName(node.address))
