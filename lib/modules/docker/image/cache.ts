import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The value for `key` from the operator's cache folder, else what `make` returns, which is kept there. For what takes
 * seconds to find out and follows from the key alone. A cache that can't be written is no error.
 */
export function cached(key: string, make: () => string): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'run-playbook')
  const file = join(folder, createHash('sha256').update(key).digest('hex'))
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const value = make()
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.${process.pid}`, value)
      renameSync(`${file}.${process.pid}`, file)
    } catch {
      // Next time it takes as long again.
    }
    return value
  }
}
