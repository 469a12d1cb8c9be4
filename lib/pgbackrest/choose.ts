import { type Reach, reach } from './reach.ts'
import type { Target } from './target.ts'
import type { Repository } from './repository.ts'
import { parseSegment } from './segment.ts'
import { DEFAULT_SIZE, walOf } from './chain.ts'
import { truthOf } from './ways.ts'

/** A node's repository; a sentence when it could not be read. */
export interface Candidate {
  readonly node: string
  readonly repository: Repository | string
}

export interface Choice {
  /** The node whose repository to restore from. Undefined when none leads to the target. */
  readonly node: string | undefined
  readonly reach: Reach | undefined
  /** In words: why this one, or why none. */
  readonly reason: string
  /** The target is not reached for certain: it ends early, or only recovery can tell. */
  readonly short: boolean
  readonly others: readonly { readonly node: string; readonly why: string }[]
}

interface Judged {
  readonly node: string
  readonly reach: Reach
  readonly number: number
}

/**
 * The repository that gets to a target; the most complete of several, and the first of equals, so put the primary's first.
 * Node by node they may know different parts of what happened: which branch counts is decided from all of them.
 *
 * @example
 * const { node, reach, reason } = chooseRepository([{ node: 'node-a', repository }], { type: 'latest' })
 */
export function chooseRepository(candidates: readonly Candidate[], target: Target): Choice {
  const readable = candidates.flatMap(({ node, repository }) =>
    typeof repository === 'string' ? [] : [{ node, repository }],
  )
  const silent = candidates.flatMap(({ node, repository }) =>
    typeof repository === 'string' ? [{ node, why: repository }] : [],
  )
  const strangers = severalClusters(readable)
  if (strangers !== undefined) return none(strangers, silent)

  const truth = truthOf(
    readable.map(({ repository }) => repository),
    target.timeline,
  )
  const judged = readable.map(({ node, repository }): Judged => {
    const found = reach(repository, target, truth)
    const { size } = repository.archives.size > 0 ? walOf(repository) : { size: DEFAULT_SIZE }
    return {
      node,
      reach: found,
      number: found.end === undefined ? -1 : parseSegment(found.end.segment, size).number,
    }
  })
  const ranked = judged.filter(({ reach: one }) => leads(one, target)).toSorted(better(target))
  const [best] = ranked
  const rest = judged.filter((one) => one !== best)
  if (best === undefined) {
    const others = [...rest.map(({ node, reach: { why } }) => ({ node, why })), ...silent]
    return none('no repository leads there', others)
  }
  const { node, reach: chosen } = best
  const others = [...rest.map((one) => ({ node: one.node, why: lost(one, best, target) })), ...silent]
  return { node, reach: chosen, reason: `${node}: ${chosen.why}`, short: chosen.verdict !== 'yes', others }
}

// The end of a way that breaks off is better than nothing to `latest`, and of no use to anything else.
const leads = ({ verdict, backup }: Reach, target: Target): boolean =>
  backup !== undefined && (verdict !== 'no' || target.type === 'latest')

const VERDICTS = ['yes', 'unknown', 'no']

function better(target: Target): (a: Judged, b: Judged) => number {
  const verdict = (a: Judged, b: Judged) =>
    VERDICTS.indexOf(a.reach.verdict) - VERDICTS.indexOf(b.reach.verdict)
  const further = (a: Judged, b: Judged) => b.number - a.number
  const sound = (a: Judged, b: Judged) => Number(isDamaged(a)) - Number(isDamaged(b))
  return target.type === 'latest'
    ? (a, b) => further(a, b) || verdict(a, b) || sound(a, b)
    : (a, b) => verdict(a, b) || sound(a, b) || further(a, b)
}

const isDamaged = ({ reach: { backup } }: Judged): boolean => backup?.damaged === true

function lost(one: Judged, best: Judged, target: Target): string {
  if (!leads(one.reach, target)) return one.reach.why
  if (isDamaged(one) && !isDamaged(best)) return one.reach.why
  if (one.number < best.number) return `leads less far than ${best.node}: ${one.reach.why}`
  if (one.reach.verdict !== best.reach.verdict) return one.reach.why
  return `leads there too, and ${best.node} comes first`
}

function severalClusters(
  candidates: readonly { node: string; repository: Repository }[],
): string | undefined {
  const owners = new Map<string, string[]>()
  for (const { node, repository } of candidates)
    if (repository.systemId !== '' && repository.backups.length > 0)
      owners.set(repository.systemId, [...(owners.get(repository.systemId) ?? []), node])
  if (owners.size < 2) return undefined
  const list = [...owners].map(([id, nodes]) => `${id} on ${nodes.join(', ')}`).join('; ')
  return `the repositories belong to different clusters (system identifier ${list}): say which node's is meant`
}

const none = (reason: string, others: Choice['others']): Choice => ({
  node: undefined,
  reach: undefined,
  reason,
  short: true,
  others,
})
