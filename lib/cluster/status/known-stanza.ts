import * as z from 'zod'
import { type PgbackrestInfo, parseStanzas } from '../../pgbackrest/index.ts'

/** What `pgbackrest info` says of a stanza, as text or as JSON. @throws Error in words when it says nothing of it */
export function parseKnownStanza(printed: unknown, name: string): PgbackrestInfo {
  const found = stanzasOf(printed).get(name)
  if (found === undefined) throw new Error(`pgbackrest knows no stanza ${name}`)
  return found
}

function stanzasOf(printed: unknown): ReturnType<typeof parseStanzas> {
  try {
    return parseStanzas(printed)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new Error(`pgbackrest info has another form than expected: ${z.prettifyError(error)}`, {
      cause: error,
    })
  }
}
