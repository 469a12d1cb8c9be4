import { z } from 'run-playbook'
import { SECRETS, SHARED, orderSchema } from 'run-playbook/cluster'

export const DAY_MS = 24 * 3_600_000

export const vars = z.strictObject({
  image: z.string(),
  dataDir: z.string(),
  backupDir: z.string(),
  restoreDir: z.string(),
  order: orderSchema,
  /** A container of the copy's name without our label is taken over. @default false */
  adopt: z.boolean().default(false),
})

/** Shared with the backup service: nothing is expired that is being restored. */
export const LOCK = `${SHARED}/lock`

export const places = (node: z.output<typeof vars>) => ({ ...node, secrets: SECRETS, lock: LOCK })
