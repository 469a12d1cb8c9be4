import type { Reply } from '../../core/probe.ts'
import type { Script } from '../../transport/transport.ts'
import type { Session } from '../session.ts'
import type { Announce } from './announce.ts'
import type { Change } from './change.ts'
import type { Entry } from './entries.ts'
import { sendChange } from './send.ts'
import { type Unit, alone, repliesOf } from './units.ts'

/** What was sent, and what came back. */
export interface Streamed {
  readonly before: readonly Reply[]
  /** Of each script of a change, in the order of the changes; those of a change that was not reached are left out. */
  readonly replies: ReadonlyMap<Entry, Reply>
  readonly behind: readonly Reply[]
  /** Milliseconds that a change took. */
  readonly spent: (change: Change) => number
}

export interface Stream {
  readonly before: readonly Script[]
  readonly units: readonly Unit[]
  /** What is asked when all is done. */
  readonly behind: readonly Script[]
}

/** Sends changes in one stream. What a script for several could not finish is sent again, step by step. */
export async function stream(
  session: Session,
  user: string,
  { before, units, behind }: Stream,
  announce: Announce,
): Promise<Streamed> {
  const clock = stopwatch(announce, before.length, units)
  const scripts = [...before, ...units.map(({ script }) => script), ...behind]
  const options = { user, lock: true, onReply: clock.onReply }
  const all = await sendChange(session, () => session.connection.exchange(scripts, options))
  const replies = new Map<Entry, Reply>()
  const first = { before: all.slice(0, before.length), behind: all.slice(before.length + units.length) }
  for (const [i, unit] of units.entries()) {
    const reply = all[before.length + i]
    if (reply === undefined) break
    const own = repliesOf(unit, reply)
    own.forEach((one, k) => replies.set(unit.entries[k] as Entry, one))
    if (own.length === unit.entries.length) continue
    const left = [...unit.entries.slice(own.length).map(alone), ...units.slice(i + 1)]
    const rest = await stream(session, user, { before: [], units: left, behind }, announce)
    return {
      ...rest,
      before: first.before,
      replies: new Map([...replies, ...rest.replies]),
      spent: (change) => clock.spent(change) + rest.spent(change),
    }
  }
  return { ...first, replies, spent: clock.spent }
}

/** Tells which change is being made, and how long each took. Those that are made together take the same time. */
function stopwatch(announce: Announce, skip: number, units: readonly Unit[]) {
  const spent = new Map<Change, number>()
  let since = performance.now()
  const begin = (index: number): void => {
    const change = units[index]?.entries[0]?.change
    if (change !== undefined && change !== units[index - 1]?.entries.at(-1)?.change) announce(change.item)
  }
  if (skip === 0) begin(0)
  return {
    spent: (change: Change) => spent.get(change) ?? 0,
    onReply: (index: number) => {
      const now = performance.now()
      const entries = units[index - skip]?.entries ?? []
      for (const { change } of entries)
        spent.set(change, (spent.get(change) ?? 0) + (now - since) / entries.length)
      since = now
      begin(index - skip + 1)
    },
  }
}
