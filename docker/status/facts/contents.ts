import { readFile, stat } from 'node:fs/promises'
import * as z from 'zod'
import { type RecoverableWindow, parseRepository, recoverableWindow } from '../../../lib/pgbackrest/index.ts'
import { span } from '../words.ts'
import { type StanzaInfo, parseInfo } from './info.ts'

/** What the backup service found in the repository. It has the key of an encrypted one, the status service has none. */
export interface Contents {
  readonly info: StanzaInfo
  /** Computed from the archive itself; undefined when it could not be listed. */
  readonly window: RecoverableWindow | undefined
}

/** It writes every 15 seconds, and a full list takes it a moment. */
const OLDEST_SECONDS = 120

const schema = z.object({
  at: z.number(),
  /** As pgBackRest printed it; null: see `error`. */
  info: z.unknown(),
  error: z.string().nullable(),
  /** What docker/postgres/pgbackrest/repository printed. */
  listing: z.string(),
})

/** Reads `contents.json`, and makes something of it only when it was written anew. */
export function contentsReader(file: string, stanza: string): () => Promise<Contents> {
  let known: { key: string; at: number; read: () => Contents } | undefined
  return async () => {
    const { mtimeMs, ino } = await stat(file).catch(notYet)
    const key = `${ino} ${mtimeMs}`
    if (known?.key !== key) {
      const { at, info, error, listing } = schema.parse(JSON.parse(await readFile(file, 'utf8')))
      known = { key, at, read: once(() => understood(info, error, listing, stanza)) }
    }
    const age = Date.now() / 1000 - known.at
    if (age > OLDEST_SECONDS) throw new Error(`the backup service has not looked for ${span(age)}`)
    return known.read()
  }
}

function understood(info: unknown, error: string | null, listing: string, stanza: string): Contents {
  if (error !== null) throw new Error(error)
  return {
    info: parseInfo(info, stanza),
    window: listing === '' ? undefined : recoverableWindow(parseRepository(listing)),
  }
}

function notYet(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new Error('the backup service has not said yet what it holds')
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
