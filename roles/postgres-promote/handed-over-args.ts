import { z } from 'run-playbook'

export const handOverArgs = z.strictObject({
  address: z.string(),
  port: z.int(),
  dataDir: z.string(),
  image: z.string(),
  /** Who takes over. */
  successor: z.string(),
  successorAddress: z.string(),
})

export type HandedOverArgs = z.output<typeof handOverArgs>
