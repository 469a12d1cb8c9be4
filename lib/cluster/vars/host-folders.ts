import { posix } from 'node:path'
import { UserError } from '../../core/errors.ts'

/** Folders of a node that are filled and emptied again, and those that must never be. */
interface Folders {
  readonly dataDir: string
  readonly backupDir: string
  readonly restoreDir: string
  readonly drillDir: string
}

/** @throws UserError E_FOLDERS when what a restore or a drill empties would lie in, or around, what others need */
export function refuseOverlap(host: string, folders: Folders): void {
  for (const emptied of ['restoreDir', 'drillDir'] as const) {
    const other = (['dataDir', 'backupDir', 'restoreDir'] as const).find(
      (name) => name !== emptied && overlap(folders[name], folders[emptied]),
    )
    if (other === undefined) continue
    throw new UserError(
      'E_FOLDERS',
      `the vars of ${host}: ${emptied} ${folders[emptied]} and ${other} ${folders[other]} are the same, or one is inside the other`,
      {
        hint: `run-playbook deletes everything in ${emptied}, so set a separate directory for it. Nothing was changed.`,
      },
    )
  }
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => `${posix.normalize(path).replace(/\/+$/, '')}/`) as [
    string,
    string,
  ]
  return a.startsWith(b) || b.startsWith(a)
}
