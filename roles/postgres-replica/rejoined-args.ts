import { z } from 'run-playbook'

export const rejoinArgs = z.strictObject({
  way: z.enum(['rewind', 'reclone']),
  because: z.string(),
  dataDir: z.string(),
  /** The primary's address. */
  primary: z.string(),
  container: z.string(),
})

export type RejoinedArgs = z.output<typeof rejoinArgs>
