import { backup } from './backup.ts'
import { check } from './check.ts'
import { expire } from './expire.ts'
import { restore } from './restore.ts'
import { stanza } from './stanza.ts'
import { verify } from './verify.ts'

/** Backups of a PostgreSQL cluster. */
export const pgbackrest = { stanza, backup, check, verify, expire, restore }

export type { BackupNow, PgbackrestBackupArgs, ScheduledBackup } from './backup.ts'
export type { PgbackrestCheckArgs } from './check.ts'
export type { Duration } from './duration.ts'
export type { BackupPolicy } from './policy.ts'
export type { PgbackrestExpireArgs, Retention } from './expire.ts'
export type { PgbackrestRestoreArgs, PgbackrestRestoreState } from './restore.ts'
export type { RestoreTarget } from './restore-target.ts'
export type { PgbackrestStanzaArgs } from './stanza.ts'
export type { PgbackrestVerifyArgs } from './verify.ts'
export type { PgbackrestState, PgbackrestTarget } from './target.ts'
export type { PgbackrestBackup, PgbackrestInfo } from '../readers/pgbackrest-info.ts'
export type { Pgbackrest, PgbackrestCluster } from '../readers/pgbackrest.ts'
