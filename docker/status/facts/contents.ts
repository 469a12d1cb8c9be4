import { type Contents, parseContents } from '../../../lib/cluster/status/contents.ts'
import { span } from '../../../lib/cluster/status/format.ts'
import { replacedFile } from './replaced-file.ts'

/** It writes every 15 seconds, and a full list takes it a moment. */
const OLDEST_SECONDS = 120

/** Reads `contents.json`, and makes something of it only when it was written anew. */
export function contentsReader(file: string, stanza: string): () => Promise<Contents> {
  const read = replacedFile(file, (text) => parseContents(text, stanza))
  return async () => {
    const { at, ...contents } = await read().catch(notYet)
    const age = Date.now() / 1000 - at
    if (age > OLDEST_SECONDS) throw new Error(`the backup service has not reported for ${span(age)}`)
    return contents
  }
}

function notYet(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new Error('the backup service has not listed the repository yet')
}
