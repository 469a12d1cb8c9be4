import * as z from 'zod'
import { epochSeconds } from '../../pgbackrest/info.ts'
import { parseRepository, recoverableWindow } from '../../pgbackrest/index.ts'
import { windowFields } from './backups.ts'
import type { ObjectStoreStatus } from './schema.ts'

const schema = z.object({
  at: epochSeconds,
  place: z.string(),
  /** What docker/postgres/pgbackrest/repository printed. */
  listing: z.string(),
})

/** Reads what the service for the object store wrote: `object-store.json`. @throws Error for text that is something else */
export function parseObjectStore(text: string): ObjectStoreStatus {
  const { at, place, listing } = schema.parse(JSON.parse(text))
  return {
    at: new Date(at * 1000).toISOString(),
    place,
    window: listing === '' ? null : windowFields(recoverableWindow(parseRepository(listing))),
  }
}
