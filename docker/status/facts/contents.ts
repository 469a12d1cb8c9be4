import * as z from 'zod'
import { type RecoverableWindow, parseRepository, recoverableWindow } from '../../../lib/pgbackrest/index.ts'
import { span } from '../words.ts'
import { type StanzaInfo, parseInfo } from './info.ts'
import { replacedFile } from './replaced-file.ts'

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
  const read = replacedFile(file, (text) => {
    const { at, info, error, listing } = schema.parse(JSON.parse(text))
    return { at, ...understood(info, error, listing, stanza) }
  })
  return async () => {
    const { at, ...contents } = await read().catch(notYet)
    const age = Date.now() / 1000 - at
    if (age > OLDEST_SECONDS) throw new Error(`the backup service has not looked for ${span(age)}`)
    return contents
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
