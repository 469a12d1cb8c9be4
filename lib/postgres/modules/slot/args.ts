import * as z from '../../../core/lazy-zod.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { presence } from '../shared/names.ts'

/**
 * @example
 * postgresSlot('slot of node-b', { on: primary, name: 'node_b' })
 */
export interface PostgresSlotArgs {
  /** The server that has the slot: the primary. */
  readonly on: PostgresTarget
  /** Name of the slot: lower-case letters, digits and underscores. */
  readonly name: string
  /** Type of the slot. If the existing slot has the other type, that is an error. @default 'physical' */
  readonly type?: 'physical' | 'logical' | undefined
  /** Retain WAL immediately, instead of from the first connection of the replica on. Physical slots only. @default true */
  readonly reserve?: boolean | undefined
  /** Output plugin. Logical slots only. @default 'pgoutput' */
  readonly plugin?: string | undefined
  /** `absent` drops the slot. @default 'present' */
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
