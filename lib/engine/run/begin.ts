import type { CompiledPlay } from '../../playbook/compile.ts'
import { type Start, findStart, leaveOut, unknownTask } from '../../playbook/start.ts'
import type { RunMode } from '../session.ts'
import { type Position, checksumBefore } from './kept.ts'
import type { Prepared, RunRequest } from './prepare.ts'

/** Leaves out of the plays of a run what comes before the task that it begins at. */
export interface Beginning {
  /** Of the plays that prepare the hosts. */
  readonly first: (plays: readonly CompiledPlay[]) => readonly CompiledPlay[]
  /** Of the plays themselves. @throws UserError E_UNKNOWN_TASK */
  readonly plays: (plays: readonly CompiledPlay[]) => readonly CompiledPlay[]
}

/** `--start-at-task`. @throws UserError before any host is asked, where it is certain that no task has the name */
export function startAtTask(name: string, request: RunRequest, prepared: Prepared): Beginning {
  const because = `it comes before "${name}" (--start-at-task)`
  // Which tasks there are may depend on facts, and on what the first plays change: then it is missed only later.
  const certain = prepared.facts.length === 0 && request.playbook.prepare === undefined
  if (findStart(prepared.plays, name) === undefined && certain) throw unknownTask(prepared.plays, name)
  let found = false
  const from = (plays: readonly CompiledPlay[]): readonly CompiledPlay[] => {
    if (found) return plays
    const starts = findStart(plays, name)
    found = starts !== undefined
    const end = { play: plays.length, entry: 0 }
    return leaveOut(plays, (host) => starts?.get(host) ?? end, because)
  }
  const plays = (all: readonly CompiledPlay[]): readonly CompiledPlay[] => {
    const left = from(all)
    if (!found) throw unknownTask(all, name)
    return left
  }
  return { first: from, plays }
}

/** `--resume`. A host of which nothing is kept, or whose tasks were changed meanwhile, does everything. */
export function resumed(positions: ReadonlyMap<string, Position>, { emit }: RunMode): Beginning {
  const because = 'the last run did it (--resume)'
  const changed = new Set<string>()
  const startOf = (plays: readonly CompiledPlay[], host: string, first: boolean): Start | undefined => {
    const position = positions.get(host)
    if (position === undefined || changed.has(host) || (position.first && !first)) return undefined
    if (!position.first && first) return { play: plays.length, entry: 0 }
    if (checksumBefore(plays, host, position) === position.before) return position
    changed.add(host)
    const text = `the playbook or the inventory changed before "${position.task}", where the last run ended: all tasks are run`
    emit({ type: 'notice', host, level: 'warning', text })
    return undefined
  }
  const from = (plays: readonly CompiledPlay[], first: boolean): readonly CompiledPlay[] => {
    const hosts = new Set(plays.flatMap((play) => play.hosts.map(({ host }) => host.name)))
    const starts = new Map([...hosts].map((host) => [host, startOf(plays, host, first)]))
    return leaveOut(plays, (host) => starts.get(host), because)
  }
  return { first: (plays) => from(plays, true), plays: (plays) => from(plays, false) }
}

/** Everything. */
export const FROM_THE_START: Beginning = { first: (plays) => plays, plays: (plays) => plays }
