import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The text of a file, or `undefined` when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Replaces a file whole or not at all, and durably. For one writer at a time: the temporary name is fixed, so that a
 * killed run leaves at most one behind, and the next one removes it.
 *
 * @param mode of the file, set before it has content
 * @param justBefore called when all is written but nothing has happened yet; throws to call it off
 */
export async function replaceFile(
  path: string,
  text: string,
  mode: number,
  justBefore?: () => void,
): Promise<void> {
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  await writeDurably(temporary, text, mode)
  try {
    justBefore?.()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/**
 * Makes a file unless there is one: of several runs that try at once exactly one wins, and nobody sees half of it.
 *
 * @param modes of the file, and of the folders that are missing
 * @returns whether this call made it
 */
export async function createFile(
  path: string,
  text: string,
  modes: { readonly file: number; readonly folder: number },
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: modes.folder })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await writeDurably(temporary, text, modes.file)
  try {
    // Unlike rename, link never replaces what is there.
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
  await syncDirectory(dirname(path))
  return true
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new name survives a power cut only once its folder is on disk. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
