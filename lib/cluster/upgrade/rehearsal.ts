import { z } from 'zod'
import { SHARED } from '../places.ts'

/** Where a rehearsal leaves its report on the node. */
export const REHEARSAL = `${SHARED}/state/rehearsal.json`

/** The last second that a date of four digits can say. */
const LAST_SECOND = 253_402_300_799

const line = z.string().max(4096)

const rehearsalSchema = z.object({
  /** Epoch seconds of its end. */
  at: z.number().min(0).max(LAST_SECOND),
  result: z.enum(['ok', 'failed']),
  seconds: z.number().min(0),
  /** Versions, such as 15.14 and 17.6. */
  from: line.nullable(),
  to: line.nullable(),
  /** Label of the backup. */
  backup: line.nullable(),
  /** How pg_upgrade took the data over: `copy` or `clone`. */
  mode: line.nullable(),
  /** How long each step took. */
  times: z.array(z.object({ name: line, seconds: z.number().min(0) })).max(100),
  /** Why it failed, in words. */
  text: line,
  checks: z.array(z.object({ name: line, state: z.enum(['ok', 'note', 'failed']), text: line })).max(100),
})

/** What a rehearsal of an upgrade left. */
export type Rehearsal = z.output<typeof rehearsalSchema>

/** @param text of the report; undefined for what is none */
export function parseRehearsal(text: string): Rehearsal | undefined {
  try {
    return rehearsalSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** How long a step took, in seconds; 0 for one that was not made. */
export const secondsOf = ({ times }: Rehearsal, ...names: readonly string[]): number =>
  times.filter(({ name }) => names.includes(name)).reduce((sum, { seconds }) => sum + seconds, 0)
