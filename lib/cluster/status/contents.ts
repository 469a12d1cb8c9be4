import * as z from 'zod'
import {
  type PgbackrestInfo,
  type RecoverableWindow,
  parseRepository,
  recoverableWindow,
} from '../../pgbackrest/index.ts'
import { parseKnownStanza } from './known-stanza.ts'

/** What the backup service found in the repository. It has the key of an encrypted one, the status service has none. */
export interface Contents {
  readonly info: PgbackrestInfo
  /** Computed from the archive itself; undefined when it could not be listed. */
  readonly window: RecoverableWindow | undefined
}

const schema = z.object({
  at: z.number(),
  /** As pgBackRest printed it; null: see `error`. */
  info: z.unknown(),
  error: z.string().nullable(),
  /** What docker/postgres/pgbackrest/repository printed. */
  listing: z.string(),
})

/** Reads what the backup service wrote: `contents.json`. @throws Error for text that is something else */
export function parseContents(text: string, stanza: string): Contents & { readonly at: number } {
  const { at, info, error, listing } = schema.parse(JSON.parse(text))
  return { at, ...understood(info, error, listing, stanza) }
}

function understood(info: unknown, error: string | null, listing: string, stanza: string): Contents {
  if (error !== null) throw new Error(error)
  return {
    info: parseKnownStanza(info, stanza),
    window: listing === '' ? undefined : recoverableWindow(parseRepository(listing)),
  }
}
