import { createHash } from 'node:crypto'
import { type Stats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Folder, codeOf, openFolder, unusable } from './folder.ts'
import type { Place } from './target.ts'

/** What there is on this machine. */
export interface LocalCopy {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'other' | 'absent'
  /** Of a file, in hex. */
  readonly sha256?: string | undefined
}

/** @throws UserError E_UNSAFE_PATH, E_LOCAL_FILE */
export async function lookAt(place: Place): Promise<LocalCopy> {
  const path = join(place.root, ...place.folders, place.name)
  const folder = await openFolder(place, false)
  if (folder === undefined) return { path, type: 'absent' }
  try {
    const is = await statIn(folder, place.name)
    if (is === undefined) return { path, type: 'absent' }
    if (is.isFile()) return { path, type: 'file', sha256: await hashOf(folder.at(place.name)) }
    return { path, type: is.isDirectory() ? 'directory' : is.isSymbolicLink() ? 'link' : 'other' }
  } catch (error) {
    throw unusable(path, error)
  } finally {
    await folder.close()
  }
}

/** @returns undefined where there is nothing. A link is a link. */
export const statIn = (folder: Folder, name: string): Promise<Stats | undefined> =>
  lstat(folder.at(name)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })

/** Not blocking: in the meantime it may have become a named pipe. */
async function hashOf(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle: FileHandle = await open(path, flags)
  try {
    const hash = createHash('sha256')
    for await (const piece of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 }))
      hash.update(piece)
    return hash.digest('hex')
  } finally {
    await handle.close()
  }
}
