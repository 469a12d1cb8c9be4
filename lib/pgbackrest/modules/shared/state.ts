import { UserError } from '../../../core/errors.ts'
import type { PgbackrestBackup, PgbackrestDatabase, PgbackrestInfo } from '../../info.ts'
import type { PgbackrestCluster } from './reader.ts'

/** pgBackRest's codes for a repository without the stanza, or with half of it. */
const MISSING = [1, 3]
const OTHER = 99

/** Whether a repository lacks the stanza. Creating it again does no harm to those that have it. */
export const isMissing = (info: PgbackrestInfo): boolean =>
  MISSING.includes(info.code) || info.repos.some(({ code }) => MISSING.includes(code))

/** The cluster that the stanza is for now. */
export const currentDatabase = ({ databases }: PgbackrestInfo): PgbackrestDatabase | undefined =>
  databases.reduce<PgbackrestDatabase | undefined>(
    (last, one) => (last === undefined || one.id > last.id ? one : last),
    undefined,
  )

/** @throws UserError when a repository can't be read */
export function refuseBroken(stanza: string, { repos }: PgbackrestInfo): void {
  const broken = repos.find(({ code }) => code === OTHER)
  if (broken === undefined) return
  const what = broken.message.trim().split('\n').join(' ')
  throw new UserError('E_PGBACKREST', `repository ${broken.key} of the stanza ${stanza}: ${what}`, {
    hint: 'The repository cannot be read: run `pgbackrest info` on the host, in the same container if there is one.',
  })
}

/**
 * The good backups of the current cluster in one repository, oldest first.
 * @throws UserError when there is no stanza, or one of another cluster
 */
export function ownBackups(
  stanza: string,
  info: PgbackrestInfo,
  cluster: PgbackrestCluster | undefined,
  wanted?: number,
): readonly PgbackrestBackup[] {
  refuseBroken(stanza, info)
  const current = currentDatabase(info)
  if (current === undefined || isMissing(info))
    throw new UserError('E_PGBACKREST_STANZA', `there is no stanza ${stanza}: ${info.message}`, {
      hint: 'Add pgbackrest.stanza(…) before this task.',
    })
  if (cluster && (cluster.systemId !== current.systemId || cluster.version !== current.version))
    throw new UserError('E_PGBACKREST_STANZA', `the stanza ${stanza} belongs to another cluster`, {
      hint: 'Add pgbackrest.stanza(…) before this task: its error says which cluster this is, and what to do.',
    })
  const repo = wanted ?? Math.min(...info.repos.map(({ key }) => key))
  return info.backups
    .filter((one) => one.repo === repo && one.database === current.id)
    .toSorted((a, b) => a.stop - b.stop)
}

/**
 * All backups that can be restored, of whichever cluster, oldest first.
 * @throws UserError when there is no stanza, or the repository can't be read
 */
export function restorable(
  stanza: string,
  info: PgbackrestInfo,
  repo: number | undefined,
): readonly PgbackrestBackup[] {
  refuseBroken(stanza, info)
  return info.backups
    .filter((one) => repo === undefined || one.repo === repo)
    .toSorted((a, b) => a.stop - b.stop)
}
