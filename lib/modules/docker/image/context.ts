import { type Dirent, existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../core/errors.ts'
import { dockerignore } from './dockerignore.ts'
import { type TarEntry, tar } from './tar.ts'

/**
 * Packs a folder of the operator's machine as a tar, without what its .dockerignore leaves out. The same files give
 * the same bytes, whenever and wherever they were checked out.
 *
 * @throws UserError when it can't be read or has no Dockerfile
 */
export function readContext(folder: string, dockerfile = 'Dockerfile'): Buffer {
  if (!existsSync(join(folder, dockerfile))) {
    throw new UserError('E_NO_SOURCE', `there is no ${join(folder, dockerfile)}`)
  }
  const rules = join(folder, '.dockerignore')
  const ignored = dockerignore(existsSync(rules) ? readFileSync(rules, 'utf8') : '')
  // Docker itself needs its two files, ignored or not.
  const needed = [dockerfile, '.dockerignore']
  return tar([...entries(folder, '', (path) => ignored(path) && !needed.includes(path))])
}

// Sorted by code units, so that the archive doesn't depend on the machine's locale or its file system. Folders that are
// left out are looked into nevertheless: a later rule may take in what is below them.
function* entries(folder: string, below: string, ignored: (path: string) => boolean): Generator<TarEntry> {
  const items = readdirSync(join(folder, below), { withFileTypes: true })
  for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? item.name : `${below}/${item.name}`
    if (!ignored(path)) yield* entry(folder, path, item)
    if (item.isDirectory()) yield* entries(folder, path, ignored)
  }
}

function* entry(folder: string, path: string, item: Dirent): Generator<TarEntry> {
  const here = join(folder, path)
  if (item.isDirectory()) yield { path, type: 'directory' }
  if (item.isSymbolicLink()) yield { path, type: 'link', target: readlinkSync(here) }
  if (item.isFile()) {
    yield { path, type: 'file', executable: (statSync(here).mode & 0o100) !== 0, body: readFileSync(here) }
  }
}
