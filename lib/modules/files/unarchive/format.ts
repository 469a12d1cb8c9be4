export type Format = 'tar' | 'gz' | 'xz' | 'bz2' | 'zst' | 'zip'

const ENDINGS: readonly (readonly [RegExp, Format])[] = [
  [/\.tar$/i, 'tar'],
  [/\.(tar\.gz|tgz)$/i, 'gz'],
  [/\.(tar\.xz|txz)$/i, 'xz'],
  [/\.(tar\.bz2|tbz2?)$/i, 'bz2'],
  [/\.(tar\.zst|tzst)$/i, 'zst'],
  [/\.zip$/i, 'zip'],
]

/** What an archive is, by its name. */
export const formatOf = (path: string): Format | undefined =>
  ENDINGS.find(([ending]) => ending.test(path))?.[1]

/** The programs that it takes; tar runs another one to decompress, unless it is BusyBox's. */
export const PROGRAMS: Readonly<Record<Format, readonly string[]>> = {
  tar: ['tar'],
  gz: ['tar', 'gzip'],
  xz: ['tar', 'xz'],
  bz2: ['tar', 'bzip2'],
  zst: ['tar', 'zstd'],
  zip: ['unzip'],
}

/** The option of tar. */
export const FLAGS: Readonly<Record<Exclude<Format, 'zip'>, readonly string[]>> = {
  tar: [],
  gz: ['-z'],
  xz: ['-J'],
  bz2: ['-j'],
  zst: ['--zstd'],
}
