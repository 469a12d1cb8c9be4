import * as z from 'zod'

const number = z.number().nullable()

/** The answer to FACTS. */
export const factsSchema = z.object({
  recovery: z.boolean(),
  systemIdentifier: z.string(),
  timeline: z.number(),
  promotion: z.string().nullable().default(null),
  version: z.string(),
  versionNumber: z.number(),
  startedAt: z.iso.datetime({ offset: true }),
  walPosition: number,
  replayPaused: z.boolean().nullable(),
  capacity: z.record(z.string(), z.number()).default({}),
  receiver: z.object({ status: z.string(), from: z.string().nullable(), age: number }).nullable(),
  lagBytes: number,
  lagSeconds: number,
  standbys: z.array(
    z.object({
      name: z.string(),
      address: z.string().nullable(),
      state: z.string(),
      syncState: z.string(),
      lagBytes: number,
      lagSeconds: number,
      replyAge: number,
    }),
  ),
  slots: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['physical', 'logical']),
      active: z.boolean(),
      walStatus: z.string().nullable(),
      retainedBytes: number,
      safeBytes: number,
    }),
  ),
  commitsWait: z.boolean().default(false),
  archiver: z.object({
    archived: z.number(),
    failed: z.number(),
    failing: z.boolean(),
    lastArchived: z.string().nullable(),
    lastArchivedAge: number,
    lastFailed: z.string().nullable(),
    lastFailedAge: number,
  }),
  archiving: z.boolean(),
  waiting: z.number(),
  wal: z.object({ files: z.number(), bytes: z.number() }),
  connections: z.object({ used: z.number(), idleInTransaction: z.number(), allowed: z.number() }),
  databases: z.array(z.object({ name: z.string(), connections: number })),
})

/** The answer to SLOW_FACTS. */
export const slowFactsSchema = z.object({
  sizes: z.record(z.string(), z.number()),
  pendingRestart: z.array(z.string()),
  overridden: z.array(z.string()),
  collations: z.array(z.object({ database: z.string(), made: z.string(), now: z.string() })).default([]),
  transactionIds: z.object({ database: z.string(), age: z.number() }).nullable().default(null),
  oldestTransaction: number.default(null),
  checksumFailures: z.array(z.object({ database: z.string(), failures: z.number() })).default([]),
})

export type Facts = z.output<typeof factsSchema>
export type SlowFacts = z.output<typeof slowFactsSchema>
