import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { didYouMean } from './suggest.ts'

/** The names in a folder of this machine; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The hint for a path of this machine that is not there: the name beside it that was probably meant. */
export function nameMeant(path: string): string | undefined {
  const similar = didYouMean(basename(path), namesIn(dirname(path)))
  return similar === undefined || similar === basename(path) ? undefined : `Did you mean ${similar}?`
}
