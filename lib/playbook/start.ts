import { isDeferred } from '../core/deferred.ts'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import type { Task } from '../core/task.ts'
import type { CompiledPlay, HostPlay } from './compile.ts'
import { keyOf } from './identify.ts'
import { type Entry, type Item, tasksOf } from './program.ts'

/** Where a host begins: the play, and the place in its program; behind the last entry for none of its tasks. */
export interface Start {
  readonly play: number
  readonly entry: number
}

/**
 * The first task of a name, on all hosts that have it. On a host of the same play that has not, the first of the tasks
 * that come behind it on the others.
 *
 * @param name the task's, or `role › task`; `>` and ` : ` will do too
 * @returns where each host begins, by its name; undefined when no task has the name
 * @throws UserError E_AMBIGUOUS_TASK for a name that tasks of several roles have
 */
export function findStart(plays: readonly CompiledPlay[], name: string): Map<string, Start> | undefined {
  const roles = new Set(itemsOf(plays).flatMap((item) => (item.task.name === name ? [item.role] : [])))
  if (roles.size > 1) {
    const names = [...roles].map((role) => (role === '' ? 'the play itself' : `${role} › ${name}`))
    throw new UserError('E_AMBIGUOUS_TASK', `--start-at-task: several tasks are called "${name}"`, {
      hint: `Choose one of them: ${names.join(', ')}.`,
    })
  }
  const found = (entry: Entry): boolean => entry.kind === 'task' && isCalled(entry.item, name)
  const play = plays.findIndex(({ hosts }) => hosts.some(({ program }) => program.some(found)))
  if (play < 0) return undefined
  const starts = new Map<string, Start>()
  const behind = new Set<string>()
  const here = plays[play]?.hosts ?? []
  for (const { program } of here) {
    const at = program.findIndex(found)
    if (at >= 0) for (const item of tasksOf(program.slice(at))) behind.add(keyOf(item))
  }
  for (const { host, program } of here) {
    const own = program.findIndex(found)
    const like = program.findIndex((entry) => entry.kind === 'task' && behind.has(keyOf(entry.item)))
    starts.set(host.name, { play, entry: own >= 0 ? own : like >= 0 ? like : program.length })
  }
  for (const { host } of plays.flatMap(({ hosts }) => hosts))
    if (!starts.has(host.name)) starts.set(host.name, { play, entry: 0 })
  return starts
}

const itemsOf = (plays: readonly CompiledPlay[]): Item[] =>
  plays.flatMap(({ hosts }) => hosts.flatMap(({ program }) => tasksOf(program)))

const isCalled = ({ task, role }: Item, name: string): boolean =>
  task.name === name || [' › ', ' > ', ' : '].some((between) => name === `${role}${between}${task.name}`)

/** @returns what is wrong with a name that no task has */
export function unknownTask(plays: readonly CompiledPlay[], name: string): UserError {
  const items = itemsOf(plays)
  const full = items.map(({ role, task }) => (role === '' ? task.name : `${role} › ${task.name}`))
  const near = didYouMean(name, [...items.map(({ task }) => task.name), ...full])
  return new UserError('E_UNKNOWN_TASK', `--start-at-task: no task of these hosts is called "${name}"`, {
    hint: near === undefined ? '--list-tasks lists all tasks.' : `Did you mean "${near}"?`,
  })
}

/** The same plays with what comes before the start of each host left out. A host without a start does everything. */
export const leaveOut = (
  plays: readonly CompiledPlay[],
  startOf: (host: string) => Start | undefined,
  because: string,
): readonly CompiledPlay[] =>
  plays.map(({ play, hosts }, index) => ({
    play,
    hosts: hosts.map((own) => {
      const start = startOf(own.host.name)
      if (start === undefined || start.play < index) return own
      return withoutFirst(own, start.play === index ? start.entry : own.program.length, because)
    }),
  }))

function withoutFirst(own: HostPlay, count: number, because: string): HostPlay {
  const read = new Set<Task>()
  const reads = (...values: readonly unknown[]): void => {
    for (const value of values)
      if (isDeferred(value) && value.reads === 'state') for (const task of value.tasks) read.add(task)
  }
  const note = (entry: Entry): void => {
    if (entry.kind === 'make') reads(entry.list)
    if (entry.kind === 'task') reads(entry.item.task.args, ...entry.item.conditions)
    for (const { block } of entry.places) block.rescue.forEach(noteOnce)
  }
  const noted = new Set<Entry>()
  const noteOnce = (entry: Entry): void => {
    if (noted.has(entry)) return
    noted.add(entry)
    note(entry)
  }
  own.program.slice(count).forEach(noteOnce)
  for (const { task, conditions } of own.handlers) reads(task.args, ...conditions)
  // Tasks that are made later may read any of them.
  const makesMore = own.program.slice(count).some(({ kind }) => kind === 'make')
  // From the end, so that a task is read when one that is looked at reads it.
  const first = own.program
    .slice(0, count)
    .toReversed()
    .map((entry): Entry => {
      if (entry.kind !== 'task') {
        note(entry)
        return left(entry, because, false)
      }
      const looked = read.has(entry.item.task) || makesMore
      if (looked) note(entry)
      return left(entry, because, looked)
    })
  return { ...own, program: [...first.toReversed(), ...own.program.slice(count)] }
}

function left(entry: Entry, because: string, looked: boolean): Entry {
  if (entry.kind === 'failure') return entry
  if (entry.kind === 'task') return { ...entry, leftOut: { because, looked } }
  return { ...entry, compile: (list) => entry.compile(list).map((one) => left(one, because, looked)) }
}
