import { z } from 'zod'
import { THRESHOLDS } from '../status/thresholds.ts'
import { clientAccess } from './client-access.ts'
import { databaseNames } from './database-name.ts'
import { poolerVars } from './pooler.ts'
import { thresholdVars } from './status-service.ts'

const atLeast = (least: number, text: string) => z.int().min(least).optional().describe(text)

// A comment is what an editor shows for a var in the inventory, and a description what `--help` lists.
/** Vars of the cluster as a whole, in the inventory: the same on all nodes. `-e` overrides one run. */
export const sharedVars = {
  /**
   * A name outside of `run-playbook/` is an image of your own: present or pulled, checked, and never built.
   * @default 'run-playbook/postgres'
   */
  image: z
    .string()
    .optional()
    .describe(
      'The image of PostgreSQL. One whose name does not begin with run-playbook/ is your own, and never built. (default: run-playbook/postgres)',
    ),
  /** The image of the status service. @default 'run-playbook/postgres-status' */
  statusImage: z
    .string()
    .optional()
    .describe('The image of the status service. (default: run-playbook/postgres-status)'),
  /** Each with an owner of the same name, whose password is in the secrets as `postgres.<name>`; `run-playbook secrets list` shows the names. @default ['app'] */
  databases: databaseNames
    .optional()
    .describe('Databases, each with an owner of the same name: ["app","shop"]. (default: ["app"])'),
  /**
   * Whether clients may connect without TLS: `allow`, or `require` to refuse them. Connections of the cluster itself are not affected: the
   * overlay encrypts them.
   * @default 'allow'
   */
  clientTls: z
    .enum(['allow', 'require'])
    .optional()
    .describe('Allow clients to connect without TLS, or require it of them. (default: allow)'),
  /**
   * Lines of pg_hba.conf for clients, in this order: the first one that matches decides. After them comes the one that lets the network of
   * the overlay in with a password. `{ user: 'app', method: 'cert' }` demands a client certificate of the authority `clients`.
   * @default none
   */
  clientAccess: clientAccess
    .optional()
    .describe(
      'Lines of pg_hba.conf for clients, before the one for all: [{"user":"app","method":"cert"}]. (default: none)',
    ),
  /**
   * PgBouncer on every node, which sends clients to the primary wherever it is: `{}` takes the defaults of each setting. Taken out again, it is
   * removed.
   * @default none
   */
  pooler: poolerVars
    .optional()
    .describe('PgBouncer on every node, which follows the primary: {"maxClientConn":1000}. (default: none)'),
  /** PostgreSQL's max_connections. @default what the primary has; 100 in a new cluster */
  maxConnections: atLeast(
    10,
    "PostgreSQL's max_connections. (default: what the primary has; 100 in a new cluster)",
  ),
  /** PostgreSQL's max_worker_processes. @default what the primary has; at least 8, and one for each core */
  maxWorkerProcesses: atLeast(
    8,
    "PostgreSQL's max_worker_processes. (default: what the primary has; at least 8, and one for each core)",
  ),
  /** PostgreSQL's max_wal_senders. @default what the primary has; 10 in a new cluster */
  maxWalSenders: atLeast(
    10,
    "PostgreSQL's max_wal_senders. (default: what the primary has; 10 in a new cluster)",
  ),
  /** PostgreSQL's max_prepared_transactions. @default what the primary has; 0 in a new cluster */
  maxPreparedTransactions: atLeast(
    0,
    "PostgreSQL's max_prepared_transactions. (default: what the primary has; 0 in a new cluster)",
  ),
  /** PostgreSQL's max_locks_per_transaction. @default what the primary has; 64 in a new cluster */
  maxLocksPerTransaction: atLeast(
    10,
    "PostgreSQL's max_locks_per_transaction. (default: what the primary has; 64 in a new cluster)",
  ),
  /** When the status warns: those that are named, the others stay as they are. */
  thresholds: thresholdVars
    .optional()
    .describe(
      `When the status warns: {"lagSeconds":30}. There are ${Object.keys(THRESHOLDS).join(', ')}; the others stay as they are.`,
    ),
  /** What brings Docker's engine and client to a node without. @default the packages of Debian or Ubuntu */
  dockerPackages: z
    .array(z.string())
    .optional()
    .describe(
      'Packages that are installed on a node without Docker: ["docker.io"]. (default: those of Debian or Ubuntu)',
    ),
  /** What brings WireGuard to a node without. @default ['wireguard-tools'] */
  wireguardPackages: z
    .array(z.string())
    .optional()
    .describe('Packages that are installed on a node without WireGuard. (default: ["wireguard-tools"])'),
}
