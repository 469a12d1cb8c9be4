import type { Writable } from 'node:stream'
import type { RunEvent } from '../core/events.ts'

/** Turns what happens in a run into something to look at. */
export interface Reporter {
  /** Never throws and never waits: a report must not hold up a run. */
  handle(event: RunEvent): void
  /** Prints what is still to be said, also after an interrupted run; resolves when all of it is written. */
  finish(): Promise<void>
}

/** What `--output` takes. Each has its case in `createReporter`. */
export const OUTPUTS = ['progress', 'plain', 'json', 'junit'] as const

export type Output = (typeof OUTPUTS)[number]

/** A stream that may be a terminal. */
export type Terminal = Writable & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

export interface ReporterOptions {
  /** @default progress on a terminal, plain otherwise */
  readonly output?: Output | undefined
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: NodeJS.ProcessEnv
  /** Runs on a build server, where a picture that moves would fill the log. `CI` in `env` says so too. @default false */
  readonly ci?: boolean | undefined
  /** The number of `-v`. @default 0 */
  readonly verbosity?: number | undefined
  /** Print the diffs that events carry. @default true */
  readonly diff?: boolean | undefined
  /** Say at the end which tasks were the slowest. @default false */
  readonly profile?: boolean | undefined
  /** The run changes nothing: say "would change". @default what the run itself says */
  readonly check?: boolean | undefined
  /** The report comes again every so many seconds. */
  readonly watch?: number | undefined
}

/** Where a terminal breaks lines; a pipe never does. */
export const widthOf = (stream: Terminal): number =>
  (stream.isTTY === true ? stream.columns : undefined) ?? Infinity
