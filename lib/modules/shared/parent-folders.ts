import { posix } from 'node:path'
import { UserError } from '../../core/errors.ts'
import type { Stat } from './stat.ts'

/** The folder something lies in, quoted nowhere yet. */
export const folderOf = (path: string): string => posix.dirname(path)

/** All folders above a path, the outermost first; without `/`, which is always there. */
export function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)
}

/** @throws UserError unless things can be put into the folder. A link may lead to one. */
export function assertFolder(folder: string, { type }: Stat): void {
  if (type === 'directory' || type === 'link') return
  if (type !== 'absent') throw new UserError('E_NOT_A_DIRECTORY', `${folder} is a ${type}, not a directory`)
  throw new UserError('E_NO_DIRECTORY', `the directory ${folder} does not exist`, {
    hint: `Create it first: file('${folder}', { path: '${folder}', state: 'directory' })`,
  })
}
