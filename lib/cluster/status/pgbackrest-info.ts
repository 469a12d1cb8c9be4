import * as z from 'zod'

const backup = z.object({
  label: z.string(),
  type: z.enum(['full', 'diff', 'incr']),
  /** Page checksums failed while it was taken. */
  error: z.boolean().nullish(),
  timestamp: z.object({ start: z.number(), stop: z.number() }),
  info: z.object({
    size: z.number(),
    repository: z.object({ delta: z.number().nullish() }),
  }),
})

const stanza = z.object({
  name: z.string(),
  status: z.object({
    code: z.number(),
    message: z.string(),
    lock: z.object({ backup: z.object({ held: z.boolean() }) }).optional(),
  }),
  backup: z.array(backup),
})

export type StanzaInfo = z.output<typeof stanza>

/** Reads what `pgbackrest info --output=json` prints, as JSON. @throws Error when it is not that */
export function parseInfo(json: unknown, name: string): StanzaInfo {
  const { data, error } = z.array(stanza).safeParse(json)
  if (error !== undefined)
    throw new Error(`pgbackrest info has another form than expected: ${z.prettifyError(error)}`)
  const found = data.find((one) => one.name === name)
  if (found === undefined) throw new Error(`pgbackrest knows no stanza ${name}`)
  return found
}
