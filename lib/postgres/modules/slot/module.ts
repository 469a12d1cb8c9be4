import { z } from 'zod'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { defineModule } from '../../../core/module.ts'
import type { PostgresTarget } from '../../target.ts'
import { postgresTarget } from '../../../core/schemas.ts'
import { literal } from '../../sql.ts'
import { presence } from '../shared/names.ts'
import { postgresThing } from '../shared/server-reader.ts'
import { type Slot, slotReader } from './reader.ts'

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

/**
 * A replication slot. One that is lost is made again, because it would hold nothing back any more; whoever used it needs
 * a new copy of the primary. A logical slot belongs to the database of `on`.
 */
export const postgresSlot = defineModule<PostgresSlotArgs, Slot | null>({
  name: 'postgres_slot',
  args: z
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
    }),
  probe: ({ on, name }) => slotReader.ask(on, name),
  plan: (args, slot) => {
    const changes = changesOf(args, slot)
    if (changes.length === 0) return { changes, because: slot === null ? 'absent already' : said(slot) }
    if (slot?.active === true) throw inUse(args)
    return { changes, leaves: [slotReader.predict(args.on, args.name, wanted(args))] }
  },
  apply: (args, slot) => {
    const drop = slot === null ? [] : [`SELECT pg_drop_replication_slot(${literal(args.name)})`]
    const create = args.state === 'absent' ? [] : [creation(args)]
    return [...drop, ...create].map((sql) => ({ sql, on: args.on }))
  },
  touches: ({ on, name }) => [postgresThing(on, 'slot', name)],
})

function changesOf(args: PostgresSlotArgs, slot: Slot | null): Change[] {
  const after = wanted(args)
  if (slot === null) return after === null ? [] : [{ what: 'slot', from: 'absent', to: after.type }]
  if (after === null) return [{ what: 'slot', from: slot.type, to: 'absent' }]
  if (slot.type !== after.type || slot.plugin !== after.plugin || slot.database !== after.database) {
    throw new UserError(
      'E_POSTGRES_SLOT',
      `slot ${args.name} is ${kindOf(slot)}, not ${kindOf(after)}, and can't be turned into it`,
      { hint: "Drop it first with state: 'absent', or give the new one another name" },
    )
  }
  if (slot.walStatus === 'lost') {
    return [{ what: 'wal', from: 'lost', to: 'reserved from now on; who used this slot needs a new copy' }]
  }
  return slot.reserved || !after.reserved ? [] : [{ what: 'wal', from: 'not reserved', to: 'reserved' }]
}

function wanted({
  on,
  type = 'physical',
  reserve = true,
  plugin = 'pgoutput',
  state,
}: PostgresSlotArgs): Slot | null {
  if (state === 'absent') return null
  const logical = type === 'logical'
  const reserved = logical || reserve
  return {
    type,
    plugin: logical ? plugin : null,
    database: logical ? (on.database ?? 'postgres') : null,
    active: false,
    reserved,
    walStatus: reserved ? 'reserved' : null,
  }
}

function creation(args: PostgresSlotArgs): string {
  const { name, type, plugin = 'pgoutput', reserve = true } = args
  return type === 'logical'
    ? `SELECT pg_create_logical_replication_slot(${literal(name)}, ${literal(plugin)})`
    : `SELECT pg_create_physical_replication_slot(${literal(name)}, ${reserve})`
}

function inUse({ name }: PostgresSlotArgs): UserError {
  return new UserError('E_POSTGRES_SLOT', `slot ${name} is in use: a replica is connected to it`, {
    hint: 'Stop whoever uses it, then run again: `SELECT active_pid FROM pg_replication_slots` shows its process',
  })
}

const kindOf = ({ type, plugin, database }: Slot): string =>
  type === 'physical' ? 'physical' : `logical (${plugin}, database ${database})`

const said = (slot: Slot): string =>
  `${slot.type}, ${slot.active ? 'in use' : 'unused'}, WAL ${slot.walStatus ?? 'not reserved'}`
