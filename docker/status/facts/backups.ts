import { readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../../lib/cluster/status/config.ts'
import type { RepositoryFacts } from '../../../lib/cluster/status/backups.ts'
import { contentsReader } from './contents.ts'

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
