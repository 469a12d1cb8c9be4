import type { Report } from '../load/load.ts'

/** What is killed, and how an operator goes on. */
export interface Operation {
  readonly name: string
  /** @param toss which of the nodes it is about */
  prepare(primary: string, toss: () => number): Promise<Attempt>
}

/** One operation, which has not begun yet. */
export interface Attempt {
  /** In words, for the log: `node-a → node-b`. */
  readonly words: string
  readonly command: readonly string[]
  /** The same command again, or what it says there is left to do. */
  finish(): Promise<End>
  abort(): Promise<End>
  /** Rows that were acknowledged, and should be there and are not. Without it, all should be. */
  lost?(primary: string, end: End, report: Report): Promise<readonly string[]>
  /** What else has to be true afterwards. */
  assertDone?(primary: string): Promise<void>
}

export interface End {
  /** `finished, too late` when an abort was refused, past the point of no return. */
  readonly way: 'finished' | 'aborted' | 'finished, too late'
  /** Who has to be the primary now. Undefined where it may be any node. */
  readonly primary: string | undefined
}
