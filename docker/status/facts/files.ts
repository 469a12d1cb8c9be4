import { join } from 'node:path'
import { parseObjectStore } from '../../../lib/cluster/status/object-store.ts'
import type { Backups, Drill, ObjectStoreStatus, Repository } from '../../../lib/cluster/status/schema.ts'
import type { Pooler } from '../../../lib/cluster/status/pooler-schema.ts'
import { parseStateFile } from '../../../lib/cluster/status/state-files.ts'
import { replacedFile } from './replaced-file.ts'

/** What other parts of the node left word of. */
export interface FileFacts {
  readonly repository: Repository | null
  readonly attempt: Backups['lastAttempt']
  readonly drill: Drill | null
  readonly objectStore: ObjectStoreStatus | null
  readonly pooler: Pooler | null
  /** Files that are there and could not be read. */
  readonly broken: readonly string[]
}

export function filesReader(folder: string, hasPooler: boolean): () => Promise<FileFacts> {
  const repositoryFile = replacedFile(join(folder, 'repository.json'), parseStateFile.repository)
  const attemptFile = replacedFile(join(folder, 'backup.json'), parseStateFile.attempt)
  const drillFile = replacedFile(join(folder, 'drill.json'), parseStateFile.drill)
  const storeFile = replacedFile(join(folder, 'object-store.json'), parseObjectStore)
  const poolerFile = replacedFile(join(folder, 'pooler/pooler.json'), parseStateFile.pooler)
  return async () => {
    const broken: string[] = []
    const orBroken = (name: string) => (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') broken.push(name)
      return null
    }
    const [state, lastAttempt, lastDrill, store, pooler] = await Promise.all([
      repositoryFile().catch(orBroken('repository.json')),
      attemptFile().catch(orBroken('backup.json')),
      drillFile().catch(orBroken('drill.json')),
      storeFile().catch(orBroken('object-store.json')),
      hasPooler ? poolerFile().catch(orBroken('pooler.json')) : null,
    ])
    return { repository: state, attempt: lastAttempt, drill: lastDrill, objectStore: store, pooler, broken }
  }
}
