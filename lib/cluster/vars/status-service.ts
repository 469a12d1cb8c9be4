import { z } from 'zod'
import { THRESHOLDS } from '../status/thresholds.ts'

type Name = keyof typeof THRESHOLDS

const threshold = z.number().nonnegative().optional()

/** Only what is to differ from the service's own thresholds. */
export const thresholdVars = z
  .strictObject(
    Object.fromEntries(Object.keys(THRESHOLDS).map((name) => [name, threshold])) as Record<
      Name,
      typeof threshold
    >,
  )
  .default({})

export const statusVars = z.strictObject({
  /** This node, as the inventory calls it. */
  name: z.string(),
  image: z.string(),
  /** A container of that name without our label is taken over. @default false */
  adopt: z.boolean().default(false),
  /** This node's overlay address: the only one that the service listens on. */
  address: z.string(),
  port: z.int().default(8008),
  postgresPort: z.int().default(5432),
  /** The name and overlay address of every node, this one included. */
  nodes: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  backupDir: z.string(),
  /** What the operator signs promotions with, in PEM. @default nothing is signed */
  promotionKey: z.string().optional(),
  thresholds: thresholdVars,
  /** Whether there is PgBouncer on the node. @default false */
  pooler: z.boolean().default(false),
})

export type StatusVars = z.output<typeof statusVars>
