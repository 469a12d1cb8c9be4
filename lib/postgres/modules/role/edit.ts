import type { Change } from '../../../core/change.ts'

/** A part of a change: how it is told, how it is made, what it leaves. Kept together, so that they can't drift apart. */
export interface Edit<State> {
  readonly changes: readonly Change[]
  readonly sql: readonly string[]
  readonly leaves: Partial<State>
}

export const changesOf = (edits: readonly Edit<object>[]): Change[] => edits.flatMap(({ changes }) => changes)

export const sqlOf = (edits: readonly Edit<object>[]): string[] => edits.flatMap(({ sql }) => sql)

/** `state` once all edits are made. */
export function after<State extends object>(state: State, edits: readonly Edit<State>[]): State {
  return Object.assign({}, state, ...edits.map(({ leaves }) => leaves)) as State
}
