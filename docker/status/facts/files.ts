import { join } from 'node:path'
import type { Backups, Drill, Repository } from '../../../lib/cluster/status/schema.ts'
import { parseStateFile } from '../../../lib/cluster/status/state-files.ts'
import { replacedFile } from './replaced-file.ts'

/** What other parts of the node left word of. */
export interface FileFacts {
  readonly repository: Repository | null
  readonly attempt: Backups['lastAttempt']
  readonly drill: Drill | null
  /** Files that are there and could not be read. */
  readonly broken: readonly string[]
}

export function filesReader(folder: string): () => Promise<FileFacts> {
  const repositoryFile = replacedFile(join(folder, 'repository.json'), parseStateFile.repository)
  const attemptFile = replacedFile(join(folder, 'backup.json'), parseStateFile.attempt)
  const drillFile = replacedFile(join(folder, 'drill.json'), parseStateFile.drill)
  return async () => {
    const broken: string[] = []
    const orBroken = (name: string) => (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') broken.push(name)
      return null
    }
    const [state, lastAttempt, lastDrill] = await Promise.all([
      repositoryFile().catch(orBroken('repository.json')),
      attemptFile().catch(orBroken('backup.json')),
      drillFile().catch(orBroken('drill.json')),
    ])
    return { repository: state, attempt: lastAttempt, drill: lastDrill, broken }
  }
}
