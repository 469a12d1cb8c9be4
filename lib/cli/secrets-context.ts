import type { Opened } from '../secrets/opened.ts'
import type { Places } from '../secrets/places.ts'
import type { CliSession } from './command.ts'

/** What a command about secrets works on. */
export interface SecretsContext {
  readonly places: Places
  readonly opened: Opened
  readonly session: CliSession
}
