import { readFileSync } from 'node:fs'
import type { PgbackrestState } from '../../../../lib/pgbackrest/modules/index.ts'
import { parseInfo } from '../../../../lib/pgbackrest/info.ts'

/** Recorded from a throwaway cluster: PostgreSQL 15 with pgBackRest 2.45, PostgreSQL 17 with 2.55.1. */
export const VERSIONS = ['2.45', '2.55'] as const
export type Version = (typeof VERSIONS)[number]

/** missing → empty → full → chain (full, diff, incr) → locked (one more full runs) → timeline (an incr on 2) → upgraded */
export type Moment = 'missing' | 'empty' | 'full' | 'chain' | 'locked' | 'timeline' | 'upgraded'

export const recorded = (version: Version, name: string): string =>
  readFileSync(new URL(`../../fixtures/pgbackrest-${version}/${name}`, import.meta.url), 'utf8')

/** A host at a moment, so many seconds after its last backup; its cluster is the one that the backups are of. */
export function stateOf(
  version: Version,
  moment: Moment,
  after = 60,
  cluster: Partial<NonNullable<PgbackrestState['cluster']>> = {},
): PgbackrestState {
  const info = parseInfo(recorded(version, `info-${moment}.json`), 'main')
  const last = info.backups.at(-1)
  return {
    info,
    now: (last?.stop ?? 0) + after,
    cluster: {
      systemId: info.databases.at(-1)?.systemId ?? '7711561987061853155',
      version: version === '2.45' ? '15' : '17',
      timeline: last?.timeline ?? 1,
      role: 'primary',
      running: true,
      ...cluster,
    },
  }
}
