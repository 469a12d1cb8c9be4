import { backup } from './backup/module.ts'
import { check } from './check.ts'
import { expire } from './expire/module.ts'
import { restore } from './restore/module.ts'
import { stanza } from './stanza.ts'
import { verify } from './verify.ts'

/** Backups of a PostgreSQL cluster. */
export const pgbackrest = { stanza, backup, check, verify, expire, restore }

export type {
  BackupNow,
  Common as BackupCommon,
  PgbackrestBackupArgs,
  ScheduledBackup,
} from './backup/args.ts'
export type { PgbackrestCheckArgs } from './check.ts'
export type { Duration } from './shared/duration.ts'
export type { BackupPolicy } from './backup/policy.ts'
export type { PgbackrestExpireArgs, Retention } from './expire/args.ts'
export type { Expiry } from './expire/reader.ts'
export type { PgbackrestRestoreArgs } from './restore/args.ts'
export type { DataFolder } from './restore/data-folder.ts'
export type { PgbackrestRestoreState } from './restore/state.ts'
export type { RestoreTarget } from './restore/target.ts'
export type { PgbackrestStanzaArgs } from './stanza.ts'
export type { PgbackrestVerifyArgs } from './verify.ts'
export type { PgbackrestState, PgbackrestTarget } from './shared/target.ts'
export type { BackupType, PgbackrestBackup, PgbackrestDatabase, PgbackrestInfo } from '../info.ts'
export type { Pgbackrest, PgbackrestCluster } from './shared/reader.ts'
