import { z } from 'zod'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { presence } from '../shared/names.ts'

/**
 * @example
 * postgresSlot('slot of node-b', { on: primary, name: 'node_b' })
 */
export interface PostgresSlotArgs {
  /** The server that keeps the slot: the primary. */
  readonly on: PostgresTarget
  /** Lower-case letters, digits and underscores. */
  readonly name: string
  /** @default 'physical' */
  readonly type?: 'physical' | 'logical' | undefined
  /** Keep WAL from now on, and not only once the replica has connected. Physical slots only. @default true */
  readonly reserve?: boolean | undefined
  /** Logical slots only. @default 'pgoutput' */
  readonly plugin?: string | undefined
  /** @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
}

export const args: z.ZodType<PostgresSlotArgs, PostgresSlotArgs> = z
  .strictObject({
    on: postgresTarget,
    name: z.string().regex(/^[a-z0-9_]{1,63}$/, 'is up to 63 lower-case letters, digits and underscores'),
    type: z.enum(['physical', 'logical']).optional(),
    reserve: z.boolean().optional(),
    plugin: z.string().optional(),
    state: presence.optional(),
  })
  .refine(({ type, plugin }) => type === 'logical' || plugin === undefined, {
    path: ['plugin'],
    message: 'only a logical slot has a plugin',
  })
