import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/**
 * A folder for compiled code that nobody but the user can write to: whoever writes there runs code as the user.
 * `$XDG_CACHE_HOME/run-playbook`, else `~/.cache/run-playbook`, made with mode 0700.
 *
 * @param name of a folder inside
 * @returns undefined where none is safe: it, or a folder above it, belongs to somebody else or may be written to by others
 */
export function cacheFolder(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const base = env['XDG_CACHE_HOME'] ?? ''
  try {
    // The specification has relative paths ignored.
    const cache = isAbsolute(base) ? base : join(homedir(), '.cache')
    if (!isAbsolute(cache)) return undefined
    const own = join(cache, 'run-playbook')
    const folder = join(own, name)
    makeFolder(folder)
    return isPrivate(folder) && isOwn(own) && foldersAbove(realpathSync(own)).every(isSafe)
      ? folder
      : undefined
  } catch {
    return undefined
  }
}

/** Node's own `recursive` never ends where a file system such as /proc refuses a folder. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

const self = (): number | undefined => process.getuid?.()

/** Nobody else reads or writes it, and it is no link to somewhere else. */
const isPrivate = (folder: string): boolean => isOwn(folder, 0o077)

/** It belongs to the user, is no link, and has none of the forbidden permissions. @param forbidden @default those to write */
function isOwn(folder: string, forbidden = 0o022): boolean {
  const stats = lstatSync(folder)
  if (!stats.isDirectory()) return false
  // Windows has neither owners nor modes of this kind; there a user's folder is the user's.
  return self() === undefined || (stats.uid === self() && (stats.mode & forbidden) === 0)
}

/** Nobody but us and root can put another folder in the place of one in it. */
function isSafe(folder: string): boolean {
  const { uid, mode } = lstatSync(folder)
  const sticky = (mode & 0o1000) !== 0
  return self() === undefined || ((uid === 0 || uid === self()) && (sticky || (mode & 0o022) === 0))
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [] : [above, ...foldersAbove(above)]
}
