/** What an archive of git is, by its name. */
export type ArchiveFormat = 'tar' | 'tar.gz' | 'zip'

export const archiveFormat = (path: string): ArchiveFormat | undefined =>
  /\.tar$/i.test(path)
    ? 'tar'
    : /\.(tar\.gz|tgz)$/i.test(path)
      ? 'tar.gz'
      : /\.zip$/i.test(path)
        ? 'zip'
        : undefined
