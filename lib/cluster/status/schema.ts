import * as z from 'zod'
import { poolerSchema } from './pooler-schema.ts'

/**
 * What `GET /status` answers. This file is its contract: `status.schema.json` is made from it, fields may be added and
 * are never renamed or removed within a version. Unknown is null, never 0 and never left out.
 */
export const SCHEMA_VERSION = 1

const time = z.iso.datetime({ offset: true }).describe('RFC 3339')
const bytes = z.number().nullable()
const seconds = z.number().nullable()

export const receiverSchema = z
  .object({
    status: z.string().describe('as in pg_stat_wal_receiver: streaming, waiting, …'),
    from: z.string().nullable().describe('the address it receives from'),
    lastMessageAgeSeconds: seconds,
  })
  .describe('the connection to the primary')

export const standbySchema = z.object({
  name: z.string().describe("application_name, by default the standby's cluster_name"),
  node: z.string().nullable().describe("the inventory's name of that node"),
  address: z.string().nullable(),
  state: z.string().describe('startup, catchup, streaming, backup or stopping'),
  syncState: z.string(),
  lagBytes: bytes.describe('written here and not replayed there'),
  lagSeconds: seconds.describe('replay_lag; 0 while nothing is written'),
  replyAgeSeconds: seconds.describe(
    'a standby that is cut off stays listed until wal_sender_timeout; this grows meanwhile',
  ),
})

export const slotSchema = z.object({
  name: z.string(),
  node: z.string().nullable().describe('whose slot it is'),
  type: z.enum(['physical', 'logical']),
  active: z.boolean(),
  walStatus: z.string().nullable().describe('reserved, extended, unreserved or lost'),
  retainedBytes: bytes.describe('WAL that PostgreSQL keeps for it'),
  safeBytes: bytes.describe('what may still be written before the slot is lost'),
})

export const postgresSchema = z.object({
  up: z.boolean().describe('accepted a question just now'),
  state: z.enum(['running', 'starting', 'stopping', 'refusing', 'unreachable']),
  reason: z.string().nullable().describe('why it is not running, in words'),
  factsAt: time.nullable().describe('when what follows was true; null: PostgreSQL never answered yet'),
  factsAgeSeconds: seconds,
  old: z.boolean().describe('what follows is from before PostgreSQL stopped answering'),
  role: z.enum(['primary', 'replica']).nullable(),
  timeline: z.int().nullable(),
  systemIdentifier: z
    .string()
    .nullable()
    .describe('a string: it has more digits than a JavaScript number holds'),
  promotion: z
    .string()
    .nullable()
    .default(null)
    .describe('what the operator has signed of the last promotion: the setting run_playbook.promotion'),
  version: z.string().nullable(),
  versionNumber: z.int().nullable(),
  startedAt: time.nullable(),
  uptimeSeconds: seconds,
  walPosition: z.number().nullable().describe('bytes since 0/0: written on a primary, replayed on a replica'),
  replayPaused: z.boolean().nullable(),
  pendingRestart: z.array(z.string()).nullable().describe('settings that wait for a restart'),
  overridden: z
    .array(z.string())
    .nullable()
    .describe('settings in postgresql.auto.conf, which beat the configuration file'),
  collations: z
    .array(z.object({ database: z.string(), made: z.string(), now: z.string() }))
    .nullable()
    .default(null)
    .describe(
      'databases whose text was sorted by another version of the library than the one that is there now',
    ),
  transactionIds: z
    .object({ database: z.string(), age: z.number() })
    .nullable()
    .default(null)
    .describe(
      'the oldest database, in transactions since it was frozen: pg_database.datfrozenxid, datminmxid',
    ),
  oldestTransactionSeconds: seconds
    .default(null)
    .describe('since the oldest transaction of a client began, or was prepared'),
  checksumFailures: z
    .array(z.object({ database: z.string(), failures: z.number() }))
    .nullable()
    .default(null)
    .describe('how often pages with invalid checksums were read: pg_stat_database'),
  certificateUntil: time
    .nullable()
    .default(null)
    .describe('when the TLS certificate that clients are shown expires; null: unknown, or TLS is off'),
  clientAuthorityUntil: time
    .nullable()
    .default(null)
    .describe(
      "when the authority of clients' certificates expires; null: unknown, or no certificate is asked for",
    ),
  tlsFiles: z
    .object({
      trouble: z.string().nullable().describe('why PostgreSQL would not start with them; null: it would'),
      replaced: z
        .boolean()
        .nullable()
        .describe('for more than half a minute the file has had another certificate than clients are shown'),
    })
    .nullable()
    .default(null)
    .describe('the files of TLS, which PostgreSQL reads when it starts; null: unknown, or TLS is off'),
  settingsAgeSeconds: seconds
    .default(null)
    .describe('since pendingRestart, overridden and the sizes of databases were read: every half minute'),
})

export const replicationSchema = z.object({
  lagBytes: bytes.describe('of a replica behind its primary; null: unknown, because no primary is streaming'),
  lagSeconds: seconds.describe('the same in time; 0 when all that was received is replayed'),
  receiver: receiverSchema.nullable(),
  standbys: z.array(standbySchema),
  slots: z.array(slotSchema),
  commitsWait: z
    .boolean()
    .nullable()
    .default(null)
    .describe('synchronous replication is on, and no standby is there to confirm a commit'),
})

export const archiverSchema = z.object({
  archived: z.int().nullable(),
  failed: z.int().nullable(),
  failing: z.boolean().nullable().describe('the last attempt failed'),
  waiting: z.int().nullable().describe('finished segments not archived yet (.ready)'),
  lastArchived: z.string().nullable(),
  lastArchivedAgeSeconds: seconds,
  lastFailed: z.string().nullable(),
  lastFailedAgeSeconds: seconds,
})

export const backupSchema = z.object({
  label: z.string(),
  type: z.enum(['full', 'diff', 'incr']),
  result: z
    .enum(['ok', 'error', 'missing'])
    .describe('error: page checksums failed; missing: listed, but its folder is gone'),
  startedAt: time,
  finishedAt: time,
  ageSeconds: z.number(),
  durationSeconds: z.number(),
  databaseBytes: z.number(),
  repositoryBytes: bytes.describe('what this backup added to the repository'),
})

const ofEachType = z.object({
  full: backupSchema.nullable(),
  diff: backupSchema.nullable(),
  incr: backupSchema.nullable(),
})

export const backupsSchema = z.object({
  readAt: time.nullable().describe('when pgBackRest answered last; null: never yet'),
  old: z.boolean(),
  reason: z.string().nullable().describe('why pgBackRest did not answer, or what it says is wrong'),
  running: z.boolean().nullable(),
  lastAttempt: z
    .object({ at: time, ok: z.boolean(), seconds: seconds, message: z.string().nullable() })
    .nullable()
    .describe('of this node to take a backup'),
  last: ofEachType.describe('the newest of each type'),
  list: z.array(backupSchema).describe('the newest last, at most 50'),
  whole: z.int().nullable().default(null).describe('how many there are that are whole, in all'),
  repositoryFreeBytes: bytes,
  repositoryTotalBytes: bytes,
})

export const windowSchema = z
  .object({
    from: time.nullable().describe('null: nothing can be restored'),
    to: time.nullable(),
    complete: z.boolean().describe('nothing of the archive lies beyond a hole'),
    holes: z.array(z.string()).describe('what is missing, in words'),
    stretches: z.array(z.object({ from: time, to: time })).describe('all that can be restored, oldest first'),
    problems: z.array(z.string()).describe('why the repository cannot be read or trusted, in words'),
  })
  .describe(
    'any moment from … to can be restored from the repository of this node: computed from the archive itself',
  )

export const objectStoreSchema = z
  .object({
    at: time.describe('when the store was asked'),
    place: z.string().describe('bucket and path'),
    window: windowSchema
      .nullable()
      .describe('what can be restored from the object store; null: it could not be listed'),
  })
  .describe('the second repository of this node')

export const repositorySchema = z
  .object({
    at: time,
    problems: z
      .array(z.object({ code: z.string(), severity: z.enum(['critical', 'warning']), text: z.string() }))
      .describe('in words; empty: healthy'),
    next: z.object({ at: time, type: z.string().nullable() }).nullable().describe('the next backup'),
  })
  .describe('what the backup service says of the repository')

export const drillSchema = z
  .object({
    at: time,
    ok: z.boolean(),
    seconds: seconds,
    backup: z.string().nullable(),
    message: z.string().nullable(),
  })
  .describe('the last restore drill')

export const peerSchema = z.object({
  name: z.string(),
  address: z.string(),
  reached: z.boolean(),
  reason: z.string().nullable().describe('why it was not reached; null with reached false: not asked yet'),
  at: time.nullable().describe('when it answered last'),
  role: z.enum(['primary', 'replica']).nullable(),
  up: z.boolean().nullable().describe('whether its PostgreSQL runs'),
  timeline: z.int().nullable(),
  systemIdentifier: z.string().nullable(),
  promotion: z.string().nullable().default(null).describe('what it hands on of what the operator has signed'),
})

export const warningSchema = z.object({
  severity: z.enum(['critical', 'warning']),
  code: z.string().describe('the same for the same kind of trouble: for programs'),
  message: z.string().describe('for people'),
})

export const historySchema = z
  .object({
    everySeconds: z.number(),
    lagBytes: z.array(z.number().nullable()).describe('of this node, the newest last; null: unknown then'),
    standbys: z
      .record(z.string(), z.array(z.number().nullable()))
      .describe('of each slot, as the primary saw it'),
  })
  .describe('the last minutes')

export const statusSchema = z
  .object({
    schemaVersion: z.literal(SCHEMA_VERSION),
    time: time,
    node: z.object({ name: z.string(), address: z.string() }),
    postgres: postgresSchema,
    replication: replicationSchema,
    archiver: archiverSchema,
    wal: z.object({ files: z.int().nullable(), bytes: bytes }),
    connections: z.object({
      used: z.int().nullable(),
      allowed: z.int().nullable().describe('without those reserved for superusers'),
      idleInTransaction: z.int().nullable(),
    }),
    databases: z.array(z.object({ name: z.string(), bytes: bytes, connections: z.int().nullable() })),
    backups: backupsSchema,
    window: windowSchema.nullable(),
    objectStore: objectStoreSchema.nullable().default(null),
    pooler: poolerSchema.nullable().default(null),
    repository: repositorySchema.nullable(),
    drill: drillSchema.nullable(),
    unreadable: z.array(z.string()).default([]).describe('files that are there and cannot be parsed'),
    peers: z.array(peerSchema),
    warnings: z.array(warningSchema),
    history: historySchema,
    service: z.object({ version: z.string(), startedAt: time, memoryBytes: z.number() }),
  })
  .meta({
    title: 'run-playbook status',
    description: 'A node of a PostgreSQL cluster, as GET /status answers.',
  })

export type Status = z.output<typeof statusSchema>
export type Standby = z.output<typeof standbySchema>
export type Slot = z.output<typeof slotSchema>
export type Backup = z.output<typeof backupSchema>
export type Backups = z.output<typeof backupsSchema>
export type Peer = z.output<typeof peerSchema>
export type Warning = z.output<typeof warningSchema>
export type History = z.output<typeof historySchema>
export type Drill = z.output<typeof drillSchema>
export type ObjectStoreStatus = z.output<typeof objectStoreSchema>
export type Repository = z.output<typeof repositorySchema>
export type Window = z.output<typeof windowSchema>
