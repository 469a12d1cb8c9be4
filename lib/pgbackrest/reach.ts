import type { Backup, Repository } from './repository.ts'
import { formatLsn, parseLsn } from './lsn.ts'
import { parseSegment, segmentAt } from './segment.ts'
import { pgbackrestPick } from './pick.ts'
import type { Target } from './target.ts'
import {
  type Truth,
  type Way,
  type Ways,
  furthest,
  isComplete,
  soundest,
  truthOf,
  unlinked,
  waysOut,
} from './ways.ts'
import { type WindowEnd, endOf } from './window.ts'
import { moment, stopWords, unlinkedWords } from './words.ts'

/** Whether a repository gets to a target, and how. */
export interface Reach {
  /** `unknown`: only recovery itself can tell; it ends FATAL when the target is not there. */
  readonly verdict: 'yes' | 'no' | 'unknown'
  /** In words: how it gets there, or what is in the way. */
  readonly why: string
  /** What to restore. With `latest` also given when the way ends early. */
  readonly backup: Backup | undefined
  /** For `--target-timeline`. */
  readonly timeline: number | 'current' | undefined
  /** How far the archive leads from that backup. */
  readonly end: WindowEnd | undefined
  /** Recovery to `latest` would leave the right way at this LSN: give it as the target, `--type=lsn --target-exclusive`. */
  readonly stopAt: string | undefined
  /** What pgBackRest would take if it were not told a backup. */
  readonly pgbackrestTakes: string | undefined
}

/**
 * Whether a repository gets to a target, from which backup, and why not.
 *
 * @example
 * reach(repository, { type: 'time', time: new Date('2026-11-24T14:03:00Z') }).verdict
 */
export function reach(
  repository: Repository,
  target: Target,
  truth: Truth = truthOf([repository], target.timeline),
): Reach {
  const found = waysOut(repository, truth)
  const takes = pgbackrestPick(repository, target)?.label
  const none = found.ways.length === 0
  const answer = none ? no(uselessWords(repository, found)) : judge(found, target)
  const { way, verdict } = answer
  const why = way?.backup.damaged === true ? `${answer.why}; ${DAMAGED}` : answer.why
  const start = way?.backup.wal && parseSegment(way.backup.wal.first, found.wal.size).timeline
  return {
    verdict,
    why,
    backup: way?.backup,
    timeline: way === undefined ? undefined : way.timeline === start ? 'current' : way.timeline,
    end: way && endOf(way, found.wal.size),
    stopAt: way?.stray === undefined ? undefined : formatLsn(way.stray),
    pgbackrestTakes: takes,
  }
}

const DAMAGED = 'pages with a wrong checksum are in that backup'

interface Answer {
  readonly verdict: Reach['verdict']
  readonly why: string
  readonly way?: Way | undefined
}

const no = (why: string, way?: Way): Answer => ({ verdict: 'no', why, way })

function judge(found: Ways, target: Target): Answer {
  const { ways, wal } = found
  const last = soundest(furthest(ways)) as Way
  switch (target.type) {
    case 'latest': {
      const beyond = unlinked(found, last.timeline)
      const but = beyond === undefined ? '' : `; ${unlinkedWords(beyond)}`
      const why = `from backup ${last.backup.label} it ${stopWords(last, wal.size)}${but}`
      return { verdict: isComplete(last, found) ? 'yes' : 'no', why, way: last }
    }
    case 'time':
      return timely(found, target.time)
    case 'lsn':
      return placed(found, target.lsn)
    case 'name': {
      // The oldest of them passes every name that any of them passes.
      const first = soundest(furthest(ways).toReversed()) as Way
      const why = `no archive tells where a restore point is; from backup ${first.backup.label} on, recovery sees all up to ${moment(last.at)}`
      return { verdict: 'unknown', why, way: first }
    }
    case 'backup': {
      const way = ways.find(({ backup }) => backup.label === target.label)
      if (way !== undefined)
        return { verdict: 'yes', why: `backup ${target.label} is there, with its WAL`, way }
      const broken = found.unusable.find(({ backup }) => backup.label === target.label)
      return no(
        broken === undefined ? `it has no backup ${target.label}` : `backup ${target.label}: ${broken.why}`,
      )
    }
  }
}

function timely(found: Ways, time: Date): Answer {
  const { ways, wal } = found
  const before = ways.filter(({ backup }) => backup.stop < time)
  const way = soundest(before.filter(({ at }) => at >= time))
  if (way !== undefined) {
    const why = `from backup ${way.backup.label}, which ended ${moment(way.backup.stop)}; the archive goes on to ${moment(way.at)}`
    const beyond = unlinked(found, way.timeline)
    if (beyond !== undefined) return { verdict: 'unknown', why: `${why}; but ${unlinkedWords(beyond)}`, way }
    return { verdict: 'yes', why, way }
  }
  const last = soundest(furthest(before))
  if (last === undefined)
    return no(
      `its oldest usable backup ended ${moment(ways[0]?.backup.stop)}, which is not before ${moment(time)}`,
    )
  if (!wal.timesKnown && isComplete(last, found)) {
    const why = `its files' times are those of a copy: after ${moment(last.at)} only recovery can tell how far it goes`
    return { verdict: 'unknown', why, way: last }
  }
  // Files tell whole seconds: the segment may have been archived later in that one.
  if (isComplete(last, found) && last.at.getTime() + 1000 > time.getTime()) {
    const why = `the last segment was archived in the very second of the target, so only recovery can tell`
    return { verdict: 'unknown', why, way: last }
  }
  return no(
    `from backup ${last.backup.label} it ${stopWords(last, wal.size)}, which is before ${moment(time)}`,
  )
}

function placed({ ways, wal }: Ways, text: string): Answer {
  const lsn = parseLsn(text)
  if (lsn === undefined) return no(`${text} is not an LSN, such as 0/3000060`)
  const before = ways.filter(({ backup }) => backup.lsn !== undefined && backup.lsn.stop <= lsn)
  const way = soundest(
    before.filter(({ end }) => end !== undefined && end.number >= segmentAt(lsn, wal.size)),
  )
  if (way !== undefined)
    return { verdict: 'yes', why: `from backup ${way.backup.label}; its WAL holds ${text}`, way }
  const last = soundest(furthest(before))
  if (last === undefined) return no(`no usable backup ended before ${text}`)
  return no(`from backup ${last.backup.label} it ${stopWords(last, wal.size)}, which is before ${text}`)
}

function uselessWords({ folder, problems, backups }: Repository, { unusable }: Ways): string {
  if (backups.length === 0)
    return problems.length > 0 ? problems.join('; ') : `there is no backup in ${folder}`
  return `no backup can be used: ${unusable.map(({ backup, why }) => `${backup.label}: ${why}`).join('; ')}`
}
