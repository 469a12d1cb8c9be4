import * as z from '../../../core/lazy-zod.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { containerName } from '../shared/names.ts'

/**
 * @example
 * postgresSettings('runs with its configuration', { on, container: 'postgres' })
 */
export interface PostgresSettingsArgs {
  /** The server, logged in as a superuser. */
  readonly on: PostgresTarget
  /** The container to restart if a setting requires a restart. If it is not given, such a setting is an error. */
  readonly container?: string | undefined
  /** Ignore settings that require a restart; they take effect when the server is restarted later. @default false */
  readonly restartLater?: boolean | undefined
  /** How long the server may take to accept connections after a restart, in milliseconds. @default 120_000 */
  readonly timeoutMs?: number | undefined
}

export const args: z.ZodType<PostgresSettingsArgs, PostgresSettingsArgs> = z.strictObject({
  on: postgresTarget,
  container: containerName.optional(),
  restartLater: z.boolean().optional(),
  timeoutMs: z.int().positive().optional(),
})
