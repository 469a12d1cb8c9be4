import { z } from 'zod'

/** A backup by its label, as `pgbackrest info` prints it. */
export const backupLabel = z
  .string()
  .regex(/^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/, "must be a backup's label, such as '20261124-023902F'")
