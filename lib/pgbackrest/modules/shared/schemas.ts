import * as z from '../../../core/lazy-zod.ts'
import { type Resource, reviveResource } from '../../../core/resource.ts'

/** A backup by its label, as `pgbackrest info` prints it. */
export const backupLabel = z
  .string()
  .regex(/^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/, "must be a backup's label, such as '20261124-023902F'")

/** A resource, as made by its kind or as it stands in the key of a question. */
export const resource: z.ZodType<Resource, Resource> = z
  .object({ kind: z.string(), name: z.string(), tree: z.boolean(), shared: z.boolean() })
  .overwrite(reviveResource)
