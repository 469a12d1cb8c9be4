import { createHash } from 'node:crypto'
import { type Dirent, statSync } from 'node:fs'
import { readFile, readdir, readlink, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { messageOf } from '../../../core/error-message.ts'
import { UserError } from '../../../core/errors.ts'
import { nameMeant } from '../../../core/missing-file.ts'
import { isProgram, unixText } from './checked-out.ts'
import { dockerignore } from '../../shared/dockerignore.ts'
import { type TarEntry, tar } from '../../shared/tar.ts'

/** A folder as it is sent to the host that builds an image of it. */
export interface BuildContext {
  /** Over all that the image is made from. */
  readonly sha256: string
  /** The folder as a compressed tar. */
  readonly archive: Buffer
}

/** @throws UserError unless there is a Dockerfile in the folder */
export function assertContext(folder: string, dockerfile = 'Dockerfile'): void {
  const path = join(folder, dockerfile)
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return
  throw new UserError('E_NO_SOURCE', `${path} does not exist`)
}

/** The folder with flags for the build, packed. */
export async function packContext(
  folder: string,
  dockerfile: string | undefined,
  flags: readonly string[],
  asIs = false,
): Promise<BuildContext> {
  const packed = await readContext(folder, dockerfile, asIs)
  const hash = createHash('sha256')
  // Piece by piece: other hosts go on in between.
  for (let at = 0; at < packed.length; at += PIECE) {
    hash.update(packed.subarray(at, at + PIECE))
    await setImmediate()
  }
  const sha256 = hash.update(JSON.stringify(flags)).digest('hex')
  return { sha256, archive: await promisify(gzip)(packed) }
}

const PIECE = 4 * 1024 * 1024

/**
 * Packs a folder of the operator's machine as a tar, without what its .dockerignore leaves out. The same files give
 * the same bytes, whenever and wherever they were checked out: neither line ends nor modes that git, or a file system
 * without modes, made of them count.
 *
 * @param asIs line ends and modes are sent as they are
 * @throws UserError when it cannot be read or has no Dockerfile
 */
export async function readContext(folder: string, dockerfile = 'Dockerfile', asIs = false): Promise<Buffer> {
  assertContext(folder, dockerfile)
  const rules = await readFile(join(folder, '.dockerignore'), 'utf8').catch(() => '')
  const ignored = dockerignore(rules)
  // Docker itself needs its two files, ignored or not.
  const needed = [dockerfile, '.dockerignore']
  const found: TarEntry[] = []
  try {
    // A Dockerfile is never run: where it is executable, everything is.
    const modes = asIs || !(await isExecutable(join(folder, dockerfile)))
    const all = entries(folder, '', (path) => ignored(path) && !needed.includes(path))
    for await (const one of all) found.push(asIs ? one : checkedOut(one, modes))
    return tar(found)
  } catch (error) {
    throw new UserError('E_NO_SOURCE', `${resolve(folder)} cannot be read: ${messageOf(error, folder)}`, {
      cause: error,
      hint: nameMeant(folder),
    })
  }
}

/** An entry without what differs from one checkout to another. @param modes the file system has modes */
function checkedOut(entry: TarEntry, modes: boolean): TarEntry {
  if (entry.body === undefined) return entry
  const body = unixText(entry.path, entry.body)
  return { ...entry, body, executable: isProgram(body) || (modes && entry.executable === true) }
}

const isExecutable = async (file: string): Promise<boolean> => ((await stat(file)).mode & 0o100) !== 0

// Sorted by code units, so that the archive doesn't depend on the machine's locale or its file system. Folders that are
// left out are looked into nevertheless: a later rule may take in what is below them.
async function* entries(
  folder: string,
  below: string,
  ignored: (path: string) => boolean,
): AsyncGenerator<TarEntry> {
  const items = await readdir(join(folder, below), { withFileTypes: true })
  for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? item.name : `${below}/${item.name}`
    if (!ignored(path)) yield* entry(folder, path, item)
    if (item.isDirectory()) yield* entries(folder, path, ignored)
  }
}

async function* entry(folder: string, path: string, item: Dirent): AsyncGenerator<TarEntry> {
  const here = join(folder, path)
  if (item.isDirectory()) yield { path, type: 'directory' }
  if (item.isSymbolicLink()) yield { path, type: 'link', target: await readlink(here) }
  if (item.isFile()) {
    yield { path, type: 'file', executable: await isExecutable(here), body: await readFile(here) }
  }
}
