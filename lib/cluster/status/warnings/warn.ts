import type { Config } from '../config.ts'
import type { Status, Warning } from '../schema.ts'

/** What there is to judge: all that is known of the node itself. */
export type Known = Omit<Status, 'warnings' | 'history' | 'service'> & {
  /** Absent where nobody stays to watch, as over SSH. */
  readonly service?: Pick<Status['service'], 'startedAt'>
  /** Why a replica has stopped to replay, in words, where that can be told. */
  readonly heldUp?: string | undefined
}

export type Rule = (status: Known, config: Config) => readonly (Warning | false)[]

export const critical = (code: string, message: string): Warning => ({ severity: 'critical', code, message })
export const warning = (code: string, message: string): Warning => ({ severity: 'warning', code, message })
