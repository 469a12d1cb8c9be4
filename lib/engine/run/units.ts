import type { Reply } from '../../core/probe.ts'
import { SKIPPED, type Script } from '../../transport/transport.ts'
import type { Entry } from './entries.ts'
import { oweScript } from './ledger.ts'

/** What is sent as one script: an entry, or the same step of several changes. */
export interface Unit {
  readonly script: Script
  readonly entries: readonly Entry[]
  /** Whether the script tells how many of the entries are done. */
  readonly counts: boolean
}

/** A bound on a script, and on how long nothing is heard of the changes. */
const MOST_JOINED = 50

export const alone = (entry: Entry): Unit => ({ script: entry.script, entries: [entry], counts: false })

/** Puts changes in a row together that are of one kind. */
export function unitsOf(changes: readonly (readonly Entry[])[]): Unit[] {
  const rows: (readonly Entry[])[][] = []
  for (const entries of changes) {
    const row = rows.at(-1)
    const join = joinOf(entries)
    if (row !== undefined && row.length < MOST_JOINED && join !== undefined && join === joinOf(row[0] ?? []))
      row.push(entries)
    else rows.push([entries])
  }
  return rows.flatMap((row) => (row.length === 1 ? row.flat().map(alone) : joined(row)))
}

/** How the one step of a change is put together with others. */
function joinOf(entries: readonly Entry[]): NonNullable<Script['joint']>['join'] | undefined {
  const last = entries.at(-1)
  const steps = entries.filter(({ bookkeeping }) => !bookkeeping)
  return steps.length === 1 && last !== undefined && !last.bookkeeping ? last.script.joint?.join : undefined
}

// All that is owed is written down before the first change: it is paid after the last one in any case.
function joined(row: readonly (readonly Entry[])[]): Unit[] {
  const entries = row.flat()
  const marks = entries.filter(({ bookkeeping }) => bookkeeping)
  const steps = entries.filter(({ bookkeeping }) => !bookkeeping)
  const joints = steps.flatMap(({ script }) => (script.joint === undefined ? [] : [script.joint]))
  // In braces nothing is run of one that did not arrive whole.
  const script = `{\n${joints[0]?.join(joints) ?? ''}\n}`
  return [
    ...(marks.length === 0 ? [] : [{ script: oweAll(marks), entries: marks, counts: false }]),
    {
      script: { kind: 'step', script, unseen: true, continues: marks.length > 0 },
      entries: steps,
      counts: true,
    },
  ]
}

function oweAll(marks: readonly Entry[]): Script {
  const handlers = new Set(marks.flatMap(({ change }) => change.item.notify))
  return { kind: 'step', script: oweScript([...handlers]), brief: true }
}

/**
 * The reply of each entry of a unit.
 * @returns fewer than there are entries when those that are left must be made by their own scripts
 */
export function repliesOf({ entries, counts }: Unit, reply: Reply): Reply[] {
  if (!counts || reply.code === 0 || reply.code === SKIPPED)
    return entries.map(() => (counts ? { ...NOTHING, code: reply.code } : reply))
  // At least one is left, or it would not have failed.
  const done = Math.min(Number(reply.stdout.toString()), entries.length - 1)
  return entries.slice(0, done).map(() => NOTHING)
}

const NOTHING: Reply = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
