/**
 * What pgBackRest repositories can bring back, computed from their archives. Pure, without any dependency: the status
 * service carries it in its bundle.
 */
export { type PgbackrestBackup, type PgbackrestInfo, parseInfo, parseStanzas } from './info.ts'
export { CHECKED_NUMBERS, formatLsn, parseLsn } from './lsn.ts'
export type { Archive, Backup, Range, Repository, Switch } from './repository.ts'
export { parseRepository } from './parse.ts'
export { type BackupWindow, type RecoverableWindow, type WindowEnd, recoverableWindow } from './window.ts'
export { type Reach, reach } from './reach.ts'
export type { Truth, Unusable } from './ways.ts'
export type { Target } from './target.ts'
export { type Candidate, type Choice, chooseRepository } from './choose.ts'
export { pgbackrestPick } from './pick.ts'
export type { Link } from './chain.ts'
export type { Segment } from './segment.ts'
