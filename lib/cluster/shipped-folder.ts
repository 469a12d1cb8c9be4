import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A folder of this package: two levels up from here as source, three as compiled in dist/. */
export function shipped(folder: string): string {
  const [source, compiled] = ['../../', '../../../'].map((up) =>
    fileURLToPath(new URL(up + folder, import.meta.url)),
  ) as [string, string]
  return existsSync(source) ? source : compiled
}
