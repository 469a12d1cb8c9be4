import type { Backup, Repository } from './repository.ts'
import { segmentName } from './segment.ts'
import {
  type Truth,
  type Unusable,
  type Way,
  type Ways,
  furthest,
  isComplete,
  truthOf,
  unlinked,
  waysOut,
} from './ways.ts'
import { endWords, holeWords, strayWords, unlinkedWords } from './words.ts'

/** What can be recovered from a repository: computed from the archive itself, not from `info`'s first and last segment. */
export interface RecoverableWindow {
  /** From when on any moment can be had without a break up to `until`. Undefined when nothing can be recovered. */
  readonly from: Date | undefined
  readonly until: WindowEnd | undefined
  /** Nothing of the timeline that counts lies beyond `until` in this archive. */
  readonly complete: boolean
  /** What is missing in between or at the end, in words. Empty: all is well. */
  readonly holes: readonly string[]
  /** All stretches of time that can be had, oldest first. The last one is `from` to `until`. */
  readonly stretches: readonly { readonly from: Date; readonly until: Date }[]
  readonly backups: readonly BackupWindow[]
  /** Backups that can't be used, with the reason. */
  readonly unusable: readonly Unusable[]
  /** What keeps the repository from being read or trusted, in words. */
  readonly problems: readonly string[]
}

export interface WindowEnd {
  readonly timeline: number
  readonly segment: string
  /** When it was archived. What was committed later is not in it; what was committed before is, unless archiving lagged. */
  readonly at: Date
}

/** What can be recovered from one backup. */
export interface BackupWindow {
  readonly backup: Backup
  readonly from: Date
  readonly until: WindowEnd
  readonly complete: boolean
}

/**
 * The moments that a repository can bring back.
 *
 * @example
 * const { from, until, holes } = recoverableWindow(parseRepository(stdout))
 */
export function recoverableWindow(repository: Repository, timeline?: number): RecoverableWindow {
  return windowAlong(repository, truthOf([repository], timeline))
}

/** The same, for a repository beside others that know more of what the cluster became. */
export function windowAlong(repository: Repository, truth: Truth): RecoverableWindow {
  const found = waysOut(repository, truth)
  const { ways, unusable, wal } = found
  const [first] = furthest(ways)
  return {
    from: first?.backup.stop,
    until: first && endOf(first, wal.size),
    complete: first !== undefined && isComplete(first, found),
    holes: [...new Set(ways.flatMap((way) => holesOf(way, found)))],
    stretches: merged(ways),
    backups: ways.map((way) => ({
      backup: way.backup,
      from: way.backup.stop,
      until: endOf(way, wal.size),
      complete: isComplete(way, found),
    })),
    unusable,
    problems: repository.problems,
  }
}

function holesOf(way: Way, found: Ways): string[] {
  const beyond = unlinked(found, way.timeline)
  return [
    ...(way.hole === undefined ? [] : [holeWords(way.hole)]),
    ...(way.stray === undefined ? [] : [`${endWords(way.end, found.wal.size)}: ${strayWords(way.stray)}`]),
    ...(beyond === undefined ? [] : [unlinkedWords(beyond)]),
  ]
}

export const endOf = ({ end, at }: Way, size: number): WindowEnd => ({
  timeline: end?.timeline ?? 0,
  segment: end === undefined ? '' : segmentName(end, size),
  at,
})

// Backups that end at the same place are one stretch, from the oldest of them.
function merged(ways: readonly Way[]): { from: Date; until: Date }[] {
  const byEnd = new Map<number, { from: Date; until: Date }>()
  for (const { backup, end, at } of ways) {
    const known = byEnd.get(end?.number ?? -1)
    if (known === undefined) byEnd.set(end?.number ?? -1, { from: backup.stop, until: at })
  }
  return [...byEnd].toSorted(([a], [b]) => a - b).map(([, stretch]) => stretch)
}
