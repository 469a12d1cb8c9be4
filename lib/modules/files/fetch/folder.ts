import { constants, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../core/error-message.ts'
import { UserError } from '../../../core/errors.ts'
import type { Place } from './target.ts'

/** A directory of this machine that is open. Names in it are those of this directory, whatever its path leads to by then. */
export interface Folder {
  readonly path: string
  /** The path of a name in it. */
  at(name: string): string
  close(): Promise<void>
}

// Where there is no /proc, as on a Mac, it is the path after all.
const HAS_PROC = existsSync('/proc/self/fd')

/**
 * Goes into the directory of a place. A link is followed only above it and as the directory of the operator itself.
 *
 * @param make creates what is missing
 * @returns undefined where it is missing
 * @throws UserError E_UNSAFE_PATH for a link, E_NOT_A_DIRECTORY for what is in the way
 */
export async function openFolder({ root, folders }: Place, make: boolean): Promise<Folder | undefined> {
  if (make) await mkdir(root, { recursive: true }).catch(unlessThere(root))
  let folder = await enter(root, root, 0)
  for (const name of folders) {
    if (folder === undefined) return undefined
    const outer: Folder = folder
    try {
      if (make) await mkdir(outer.at(name)).catch(unlessThere(join(outer.path, name)))
      folder = await enter(outer.at(name), join(outer.path, name), constants.O_NOFOLLOW)
    } finally {
      await outer.close()
    }
  }
  return folder
}

async function enter(way: string, path: string, flags: number): Promise<Folder | undefined> {
  let handle: FileHandle
  try {
    handle = await open(way, constants.O_RDONLY | constants.O_DIRECTORY | flags)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    // Linux says ENOTDIR of a link, too.
    if (code === 'ELOOP' || code === 'ENOTDIR' || code === 'EMLINK')
      throw new UserError('E_UNSAFE_PATH', `${path} on your machine is a link or a file, not a directory`, {
        hint: 'Remove it, or set dest to another directory.',
      })
    throw unusable(path, error)
  }
  return {
    path,
    at: (name) => `${HAS_PROC ? `/proc/self/fd/${handle.fd}` : path}/${name}`,
    close: () => handle.close(),
  }
}

/** What has the name already is looked at when it is entered. */
const unlessThere = (path: string) => (error: unknown) => {
  if (codeOf(error) !== 'EEXIST') throw unusable(path, error)
}

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** What the system says, without the way that the file was reached by. */
export function unusable(path: string, cause: unknown): UserError {
  return new UserError('E_LOCAL_FILE', `${path} on your machine cannot be used: ${messageOf(cause)}`, {
    cause,
  })
}
