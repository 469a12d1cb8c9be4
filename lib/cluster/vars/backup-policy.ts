import { z } from 'zod'

/** When a node is backed up. What was missed, because the node was down, is done when it is back. */
export const backupPolicy = z.strictObject({
  /** When the first node's turn is, in UTC. */
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 02:00')
    .default('02:00'),
  /** A full backup when the newest is this old; on the other days a differential one. */
  fullDays: z.int().min(1).default(7),
  /** Minutes from one node's turn to the next one's. */
  stagger: z.int().min(0).max(720).default(30),
  /** At most so many minutes later, different each day. */
  jitter: z.int().min(0).max(120).default(10),
})

/** What a repository keeps. More is kept while a backup that builds on it, or a moment between two, needs it. */
export const retentionPolicy = z.strictObject({
  /**
   * How many full backups, or all of so many days, such as `'30d'`: then every moment of these days can be had, however many backups
   * were taken by hand meanwhile.
   */
  full: z
    .union([
      z.int().min(1),
      z.string().regex(/^[1-9]\d*d$/, "must be a number of full backups, or of days such as '14d'"),
    ])
    .default('14d'),
  /** How many differential backups. Without an older one recovery only takes longer: its WAL is kept for the full ones. */
  diff: z.int().min(1).default(7),
})

/** As pgBackRest has it. */
export const retentionOptions = ({ full, diff }: z.output<typeof retentionPolicy>) => ({
  type: typeof full === 'number' ? 'count' : 'time',
  full: Number.parseInt(String(full), 10),
  diff,
})

/** As the backup service's environment has it. */
export function policyEnv({ at, fullDays, stagger, jitter }: z.output<typeof backupPolicy>) {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  return {
    BACKUP_AT_MINUTE: hours * 60 + minutes,
    BACKUP_FULL_DAYS: fullDays,
    BACKUP_STAGGER: stagger * 60,
    BACKUP_JITTER: jitter * 60,
  }
}
