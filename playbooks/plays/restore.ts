import { type Confirmation, type Host, type Play, type PlaybookContext, UserError } from 'run-playbook'
import {
  clusterOf,
  hostVarsOf,
  begunCourse,
  named,
  unknownCourse,
  type Course,
  type Situation,
  livingPrimary,
  plotCourse,
  type NodeFact,
  type RestoreFact,
  type RestoreNode,
  refuseByHand,
  refuseForeignContainers,
  refuseUnfinishedUpgrade,
  restoreFact,
  type RestoreVars,
  wishOf,
  refuseFull,
  settled,
  copyWords,
  inPlaceWords,
  question,
  abortWords,
  planRestoreAbort,
} from 'run-playbook/cluster'
import { abortRestorePlays } from './abort-restore.ts'
import { groundPlays } from './overlay-and-image.ts'
import { copyPlays, inPlacePlays, keyPlay, removalPlays } from './restore-steps.ts'

export type RestoreContext = PlaybookContext<
  RestoreVars,
  { readonly node: NodeFact; readonly restore: RestoreFact }
>

/** What `run-playbook restore` does, from what was asked and what the nodes say. `now` names a restore that is begun. */
export function restoring(given: RestoreContext, now: Date) {
  const context = settled(given)
  const { vars } = context
  const { nodes, fact: nodeFactOf, asked, reached } = clusterOf(context)
  const fact = (host: Host): RestoreNode => ({
    ...(context.facts.restore[host.name] ?? restoreFact.unknown),
    node: nodeFactOf(host),
  })
  const situation: Situation = { nodes, fact, now }
  const { abort } = vars
  const inPlace = vars['in-place'] || abort
  const wish = wishOf(vars, now)
  const begun = inPlace && !abort ? begunCourse(situation, wish) : undefined
  const course = (): Course => {
    if (!asked) return unknownCourse(nodes, vars.keep)
    const found = begun ?? plotCourse(situation, wish ?? { type: 'now' }, vars)
    return inPlace ? found : named(found)
  }

  function plays(): readonly Play[] {
    if (asked && context.limited.length < nodes.length)
      throw new UserError('E_LIMITED', 'a restore has to inspect all nodes', {
        hint: 'Leave out --limit. To choose a repository: -e from=NODE.',
      })
    refuseForeignContainers(context)
    refuseByHand(context)
    if (!vars.remove) refuseUnfinishedUpgrade(nodes, nodeFactOf)
    if (abort) return abortRestorePlays(context, planRestoreAbort(situation))
    if (vars.remove) return removalPlays(nodes.filter(reached), context)
    const chosen = course()
    if (asked && begun === undefined) refuseFull(situation, chosen, inPlace)
    return inPlace ? inPlacePlays(context, situation, chosen) : copyPlays(context, chosen)
  }

  function confirm(): Confirmation | undefined {
    if (!inPlace || abort || vars.overwrite || vars.remove) return undefined
    return { text: question(situation, course(), begun !== undefined), yes: 'overwrite=yes' }
  }

  function closing(): string | undefined {
    if (vars.remove) return undefined
    if (abort) return abortWords(situation)
    const done = (host: Host) => (inPlace ? fact(host).inPlace : fact(host).copy)
    const [node] = nodes
      .filter((host) => done(host)?.state === 'done')
      .toSorted((one, other) => (done(other)?.at ?? 0) - (done(one)?.at ?? 0))
    const report = node && done(node)
    if (node === undefined || report === undefined) return undefined
    if (inPlace) return inPlaceWords(situation, node, report)
    return copyWords(node, livingPrimary(situation), report, vars.databases[0] ?? 'postgres')
  }

  // Without the image nobody reads an encrypted repository, and nothing is restored. A cluster also needs its overlay.
  function prepare(): readonly Play[] {
    refuseForeignContainers(context)
    refuseByHand(context)
    if (abort) return []
    const closed = ({ repository }: RestoreFact) =>
      typeof repository !== 'string' && repository.encrypted && repository.backups.length === 0
    const unasked = (host: Host) =>
      hostVarsOf(host).objectStore !== undefined && fact(host).store === undefined
    const complete = nodes.every(
      (host) => !reached(host) || (fact(host).hasImage && !closed(fact(host)) && !unasked(host)),
    )
    // What is wrong with the target is said before anything is done, as far as that can be known.
    if (complete) plays()
    return !complete || (inPlace && !vars.remove) ? [...groundPlays(context, true), keyPlay(context)] : []
  }

  return { prepare, plays, confirm, closing }
}
