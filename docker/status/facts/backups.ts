import { readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Contents, contentsReader } from './contents.ts'

/** What pgBackRest said, and what the disk says of it. */
export interface RepositoryFacts extends Contents {
  /** Labels of the backups whose folder is there; null: the folder can't be read. */
  readonly folders: ReadonlySet<string> | null
  readonly freeBytes: number | null
  readonly totalBytes: number | null
}

/** The contents are as old as the last round of the backup service; that a folder is gone shows at once. */
export function repositoryReader(
  { repository, stanza }: NonNullable<Config['pgbackrest']>,
  stateDir: string,
): () => Promise<RepositoryFacts> {
  const contents = contentsReader(join(stateDir, 'contents.json'), stanza)
  return async () => {
    const { info, window } = await contents()
    const folders = await readdir(join(repository, 'backup', stanza)).catch(() => null)
    const space = await statfs(repository).catch(() => null)
    return {
      info,
      window,
      folders: folders && new Set(folders),
      freeBytes: space && space.bavail * space.bsize,
      totalBytes: space && space.blocks * space.bsize,
    }
  }
}
