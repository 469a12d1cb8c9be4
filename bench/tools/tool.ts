import type { Targets } from '../lab/lab.ts'
import type { Work } from '../work/tasks.ts'

/** What is measured: on hosts that have nothing yet, on those that have everything, and what would change after a drift. */
export const PHASES = ['first run', 'no-op', 'dry run'] as const
export type Phase = (typeof PHASES)[number]

/** What is to be done where. */
export interface Job {
  readonly works: readonly Work[]
  readonly targets: Targets
  /** An empty folder for the files of the tool. */
  readonly folder: string
  /** The package as it is after `npm install`. */
  readonly packageFolder: string
}

export interface Commands {
  readonly argv: Readonly<Record<Phase, readonly string[]>>
  readonly env?: NodeJS.ProcessEnv
  /** Run once before anything is measured, so that no tool pays for its very first start. */
  readonly warmUp?: readonly string[]
  /** The number of changes, on all hosts, in what the tool printed. Undefined where it does not say it. */
  readonly changes?: (output: string) => number | undefined
}

/** A tool that takes part. */
export interface Tool {
  readonly name: string
  /** It only shows how fast others could be: what it leaves is not judged. */
  readonly idle?: boolean
  /** It is only compared with, and left out where it takes very long. */
  readonly compared?: boolean
  /** @returns undefined where this machine does not have it */
  version(): string | undefined
  /** Writes the files of the tool. */
  prepare(job: Job): Commands
}
