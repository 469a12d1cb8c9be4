import { X509Certificate } from 'node:crypto'
import type { Config } from './config.ts'
import type { Facts, SlowFacts } from './postgres-facts.ts'
import { isFull } from './connection-trouble.ts'
import type { Status } from './schema.ts'

/** When a fact was read, and whether it still counts. */
export interface Reading<Value> {
  readonly value: Value | undefined
  readonly readAt: number | undefined
  readonly failure: Error | undefined
}

type Parts = Pick<Status, 'replication' | 'archiver' | 'wal' | 'connections' | 'databases'> & {
  readonly about: Omit<
    Status['postgres'],
    'up' | 'state' | 'reason' | 'certificateUntil' | 'clientAuthorityUntil' | 'tlsFiles'
  >
}

/** What is published of PostgreSQL's own facts. What only a running server can know is unknown when it is down. */
export function fromPostgres(
  { value: facts, readAt, failure }: Reading<Facts>,
  { value: slow, readAt: slowAt }: Pick<Reading<SlowFacts>, 'value' | 'readAt'>,
  nodes: Config['peers'],
  now: number,
): Parts {
  const old = failure !== undefined
  const passed = readAt === undefined ? 0 : (now - readAt) / 1000
  const aged = (seconds: number | null | undefined) =>
    seconds == null ? null : round(Math.max(0, seconds + passed))
  const nodeOf = (name: string) => nodes.find((node) => node.replicationName === name)?.name ?? null
  const receiver = old ? null : facts?.receiver
  return {
    about: {
      factsAt: readAt === undefined ? null : iso(readAt),
      factsAgeSeconds: readAt === undefined ? null : round(passed),
      old,
      role: facts === undefined ? null : facts.recovery ? 'replica' : 'primary',
      timeline: facts?.timeline ?? null,
      systemIdentifier: facts?.systemIdentifier ?? null,
      promotion: facts?.promotion ?? null,
      version: facts?.version ?? null,
      versionNumber: facts?.versionNumber ?? null,
      startedAt: facts === undefined ? null : iso(Date.parse(facts.startedAt)),
      uptimeSeconds: facts === undefined || old ? null : round((now - Date.parse(facts.startedAt)) / 1000),
      walPosition: facts?.walPosition ?? null,
      replayPaused: facts?.replayPaused ?? null,
      pendingRestart: slow?.pendingRestart ?? null,
      overridden: slow?.overridden ?? null,
      collations: slow?.collations ?? null,
      transactionIds: slow?.transactionIds ?? null,
      oldestTransactionSeconds: old ? null : rounded(slow?.oldestTransaction),
      checksumFailures: slow?.checksumFailures ?? null,
      settingsAgeSeconds: slowAt === undefined ? null : round((now - slowAt) / 1000),
    },
    replication: {
      lagBytes: old ? null : (facts?.lagBytes ?? null),
      lagSeconds: old ? null : rounded(facts?.lagSeconds),
      receiver: receiver
        ? { status: receiver.status, from: receiver.from, lastMessageAgeSeconds: aged(receiver.age) }
        : null,
      standbys: (old ? [] : (facts?.standbys ?? [])).map(({ replyAge, lagSeconds, ...standby }) => ({
        ...standby,
        node: nodeOf(standby.name),
        lagSeconds: rounded(lagSeconds),
        replyAgeSeconds: aged(replyAge),
      })),
      slots: (facts?.slots ?? []).map((slot) => ({ ...slot, node: nodeOf(slot.name) })),
      commitsWait: old ? null : (facts?.commitsWait ?? null),
    },
    archiver: {
      archived: facts?.archiver.archived ?? null,
      failed: facts?.archiver.failed ?? null,
      failing: facts?.archiver.failing ?? null,
      waiting: facts?.waiting ?? null,
      lastArchived: facts?.archiver.lastArchived ?? null,
      lastArchivedAgeSeconds: aged(facts?.archiver.lastArchivedAge),
      lastFailed: facts?.archiver.lastFailed ?? null,
      lastFailedAgeSeconds: aged(facts?.archiver.lastFailedAge),
    },
    wal: { files: facts?.wal.files ?? null, bytes: facts?.wal.bytes ?? null },
    connections: {
      // Nobody could count them, but that none is left is a number, too.
      used: (isFull(failure) ? facts?.connections.allowed : old ? null : facts?.connections.used) ?? null,
      allowed: facts?.connections.allowed ?? null,
      idleInTransaction: old ? null : (facts?.connections.idleInTransaction ?? null),
    },
    databases: (facts?.databases ?? []).map(({ name, connections }) => ({
      name,
      bytes: slow?.sizes[name] ?? null,
      connections: old ? null : connections,
    })),
  }
}

/** When a certificate in PEM expires; null for what is none. */
export function expiryOf(pem: string | null | undefined): string | null {
  try {
    return pem == null ? null : iso(Date.parse(new X509Certificate(pem).validTo))
  } catch {
    return null
  }
}

export const iso = (time: number): string => new Date(time).toISOString()
export const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
const rounded = (seconds: number | null | undefined) => (seconds == null ? null : round(seconds))
