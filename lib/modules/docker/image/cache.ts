import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The value for `key` from the operator's cache folder, else what `make` returns, which is kept there. For what takes
 * seconds to find out and follows from the key alone. A cache that can't be written is no error.
 */
export async function cached(key: string, make: () => Promise<string>): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'run-playbook')
  const file = join(folder, createHash('sha256').update(key).digest('hex'))
  try {
    return await readFile(file, 'utf8')
  } catch {
    const value = await make()
    try {
      await mkdir(folder, { recursive: true })
      await writeFile(`${file}.${process.pid}`, value)
      await rename(`${file}.${process.pid}`, file)
    } catch {
      // Next time it takes as long again.
    }
    return value
  }
}
