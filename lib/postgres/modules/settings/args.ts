import { z } from 'zod'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { containerName } from '../shared/names.ts'

/**
 * @example
 * postgresSettings('runs with its configuration', { on, container: 'postgres' })
 */
export interface PostgresSettingsArgs {
  /** As a superuser. */
  readonly on: PostgresTarget
  /** Restarted when a setting needs it. Left out, such a setting is an error. */
  readonly container?: string | undefined
  /** Leave settings that need a restart as they are, for whoever restarts the server later. @default false */
  readonly restartLater?: boolean | undefined
  /** How long a restarted server may take until it accepts connections, in milliseconds. @default 120_000 */
  readonly timeoutMs?: number | undefined
}

export const args: z.ZodType<PostgresSettingsArgs, PostgresSettingsArgs> = z.strictObject({
  on: postgresTarget,
  container: containerName.optional(),
  restartLater: z.boolean().optional(),
  timeoutMs: z.int().positive().optional(),
})
