import * as z from 'zod'
import { epochSeconds } from '../../pgbackrest/info.ts'
import { type Pooler, poolerSchema } from './pooler-schema.ts'
import type { Backups, Drill, Repository } from './schema.ts'

const epoch = epochSeconds.transform((seconds) => new Date(seconds * 1000).toISOString())
/** Shell scripts write seconds, programs write RFC 3339. */
const moment = epoch.or(z.iso.datetime({ offset: true }))

const repository = z.object({
  at: moment,
  problems: z
    .array(z.object({ code: z.string(), severity: z.enum(['critical', 'warning']), text: z.string() }))
    .default([]),
  next: z
    .object({ at: moment, type: z.string().nullable().default(null) })
    .nullable()
    .default(null),
})

const attempt = z
  .object({
    at: moment,
    result: z.string(),
    seconds: z.number().nullable().default(null),
    text: z.string().default(''),
  })
  .transform(({ at, result, seconds, text }) => ({
    at,
    ok: result === 'ok',
    seconds,
    message: text === '' ? null : text,
  }))

const drill = z
  .object({
    at: moment,
    result: z.enum(['ok', 'failed']),
    seconds: z.number().nullable().default(null),
    backup: z.string().nullable().default(null),
    text: z.string().nullable().default(null),
  })
  .transform(({ result, text, ...rest }) => ({ ...rest, ok: result === 'ok', message: text }))

const tls = z.object({
  at: moment,
  on: z.boolean(),
  trouble: z.string().nullable(),
  fingerprint: z.string().nullable(),
  /** Of the certificates of clients, in PEM. */
  authority: z.string().nullable().default(null),
})

const pooler = poolerSchema.extend({ at: moment })

/** The files of TLS as the container of PostgreSQL has found them. */
export type TlsReport = z.output<typeof tls>

/** How the node's own programs write them. @throws Error for text that is something else */
export const parseStateFile = {
  repository: (text: string): Repository => repository.parse(JSON.parse(text)),
  attempt: (text: string): Backups['lastAttempt'] => attempt.parse(JSON.parse(text)),
  drill: (text: string): Drill => drill.parse(JSON.parse(text)),
  pooler: (text: string): Pooler => pooler.parse(JSON.parse(text)),
  tls: (text: string): TlsReport => tls.parse(JSON.parse(text)),
}
