import type { Outlet } from './outlet.ts'

/** What a command gets to work with. */
export interface CliSession {
  readonly outlet: Outlet
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP: no further change is begun. */
  readonly stop: AbortSignal
  /** Aborted by the second one: the run ends at once. */
  readonly stopNow: AbortSignal
  /** Of this package. */
  readonly version: string
}

/** A command reads its own arguments. @returns the exit status */
export type CliCommand = (argv: readonly string[], session: CliSession) => Promise<number>

/** A playbook of such a name is run by its path. */
export const COMMAND_NAMES: readonly string[] = ['exec', 'explain', 'init', 'lint', 'secrets']
