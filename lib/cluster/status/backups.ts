import type { RecoverableWindow } from '../../pgbackrest/index.ts'
import { iso, round, type Reading } from './assemble.ts'
import type { Contents } from './contents.ts'
import type { Backup, Backups, Window } from './schema.ts'

/** What pgBackRest said, and what the disk says of it. */
export interface RepositoryFacts extends Contents {
  /** Labels of the backups whose folder is there; null: the folder can't be read. */
  readonly folders: ReadonlySet<string> | null
  readonly freeBytes: number | null
  readonly totalBytes: number | null
}

const MOST = 50

/** As it is published: a long list is cut, its ends are not. */
export const newestOf = (backups: Backups): Backups => ({ ...backups, list: backups.list.slice(-MOST) })

/** What is known of the repository. */
export function fromRepository(
  { value, readAt, failure }: Reading<RepositoryFacts>,
  lastAttempt: Backups['lastAttempt'],
  now: number,
): Backups {
  const { info, folders, freeBytes = null, totalBytes = null } = value ?? { info: undefined, folders: null }
  const list = (info?.backups ?? []).map((one): Backup => ({
    label: one.label,
    type: one.type,
    result: folders !== null && !folders.has(one.label) ? 'missing' : one.error ? 'error' : 'ok',
    startedAt: iso(one.start * 1000),
    finishedAt: iso(one.stop * 1000),
    ageSeconds: Math.max(0, round(now / 1000 - one.stop)),
    durationSeconds: one.stop - one.start,
    databaseBytes: one.size,
    repositoryBytes: one.added ?? null,
  }))
  const last = (type: Backup['type']) => list.findLast((one) => one.type === type) ?? null
  return {
    readAt: readAt === undefined ? null : iso(readAt),
    old: failure !== undefined,
    reason: failure?.message ?? (info === undefined || info.code === 0 ? null : info.message),
    running: failure === undefined ? (info?.locked ?? null) : null,
    lastAttempt,
    last: { full: last('full'), diff: last('diff'), incr: last('incr') },
    list,
    whole: info === undefined ? null : list.filter(({ result }) => result === 'ok').length,
    repositoryFreeBytes: freeBytes,
    repositoryTotalBytes: totalBytes,
  }
}

/** What can be restored from it. */
export const windowOf = ({ value }: Reading<RepositoryFacts>): Window | null =>
  value?.window === undefined ? null : windowFields(value.window)

/** As it is published. */
export const windowFields = (window: RecoverableWindow): Window => ({
  from: window.from?.toISOString() ?? null,
  to: window.until?.at.toISOString() ?? null,
  complete: window.complete,
  holes: [...window.holes],
  stretches: window.stretches.map(({ from, until }) => ({
    from: from.toISOString(),
    to: until.toISOString(),
  })),
  problems: [...window.problems],
})
