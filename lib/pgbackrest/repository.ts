/** What a pgBackRest repository holds, as `docker/postgres/pgbackrest/repository` found it. */
export interface Repository {
  /** The folder it was read from. */
  readonly folder: string
  /** The clock of the host when it was read. */
  readonly asOf: Date
  readonly encrypted: boolean
  /** PostgreSQL's system identifier: whose repository this is. Empty when nothing says so. */
  readonly systemId: string
  /** Where the current cluster's WAL is, `17-1`: the version and pgBackRest's number of the cluster. */
  readonly archiveId: string
  /** Oldest first. */
  readonly backups: readonly Backup[]
  /** By archive id. */
  readonly archives: ReadonlyMap<string, Archive>
  /** What keeps it from being read or trusted, in words. */
  readonly problems: readonly string[]
}

export interface Backup {
  /** `20261124-020000F` */
  readonly label: string
  readonly type: 'full' | 'diff' | 'incr'
  readonly archiveId: string
  readonly start: Date
  readonly stop: Date
  /** The first and the last WAL segment without which it is not consistent. Undefined for a backup of a stopped cluster. */
  readonly wal: { readonly first: string; readonly last: string } | undefined
  readonly lsn: { readonly start: bigint; readonly stop: bigint } | undefined
  /** Backups whose files it needs. */
  readonly needs: readonly string[]
  /** Its folder is there. */
  readonly present: boolean
  /** Pages with a wrong checksum were found. */
  readonly damaged: boolean
  /** Bytes of the database, and what the backup added to the repository. */
  readonly size: number
  readonly added: number
}

export interface Archive {
  readonly id: string
  /** Segments without a gap, in the order of their names. */
  readonly ranges: readonly Range[]
  /** Where each timeline comes from, oldest ancestor first. */
  readonly histories: ReadonlyMap<number, readonly Switch[]>
  /** Segments that are there and can't be used, with the reason. */
  readonly useless: ReadonlyMap<string, string>
}

export interface Range {
  readonly first: string
  readonly last: string
  /** When the earliest and the last of them were archived. What a segment holds was committed before. */
  readonly since: Date
  readonly until: Date
}

/** A timeline was left at this place. */
export interface Switch {
  readonly timeline: number
  readonly lsn: bigint
}
