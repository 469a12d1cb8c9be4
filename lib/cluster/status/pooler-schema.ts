import * as z from 'zod'

const poolSchema = z.object({
  database: z.string(),
  user: z.string(),
  clientsActive: z.int().describe('clients that have a server connection, or want none'),
  clientsWaiting: z.int().describe('clients that wait for a server connection'),
  serversActive: z.int(),
  serversIdle: z.int(),
  maxWaitSeconds: z.number().describe('how long the first of those that wait has waited'),
})

export const poolerSchema = z
  .object({
    at: z.iso.datetime({ offset: true }).describe('RFC 3339'),
    answers: z.boolean().describe('its console answered'),
    held: z.boolean().describe('it found no primary, and clients wait for one'),
    primary: z.string().nullable().describe('the address that it sends clients to; null: none yet'),
    maxClientConn: z.int(),
    ...poolSchema.omit({ database: true, user: true }).shape,
    pools: z.array(poolSchema).describe('the 20 with the most clients; the numbers above are of all'),
  })
  .describe('PgBouncer of this node: SHOW POOLS')

export type Pooler = z.output<typeof poolerSchema>
