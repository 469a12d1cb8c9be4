import * as z from '../../../core/lazy-zod.ts'
import { thingReader } from '../shared/server-reader.ts'

export interface Slot {
  readonly type: 'physical' | 'logical'
  readonly plugin: string | null
  readonly database: string | null
  readonly active: boolean
  /** It holds back WAL: it was reserved when made, or used since. */
  readonly reserved: boolean
  /** `lost`: the server gave up keeping WAL for it (`max_slot_wal_keep_size`). */
  readonly walStatus: string | null
}

export const slotReader = thingReader<Slot>({
  part: 'slot',
  select: `SELECT json_build_object(
      'type', slot_type, 'plugin', plugin, 'database', database, 'active', active,
      'reserved', restart_lsn IS NOT NULL, 'walStatus', wal_status)
    FROM pg_replication_slots WHERE slot_name = k.name`,
  answer: z.object({
    type: z.enum(['physical', 'logical']),
    plugin: z.string().nullable(),
    database: z.string().nullable(),
    active: z.boolean(),
    reserved: z.boolean(),
    walStatus: z.string().nullable(),
  }),
})
