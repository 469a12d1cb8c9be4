import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Slot } from './reader.ts'
import type { PostgresSlotArgs } from './args.ts'

export function changesOf(args: PostgresSlotArgs, slot: Slot | null): Change[] {
  const after = wanted(args)
  if (slot === null) return after === null ? [] : [{ what: 'slot', from: 'absent', to: after.type }]
  if (after === null) return [{ what: 'slot', from: slot.type, to: 'absent' }]
  if (slot.type !== after.type || slot.plugin !== after.plugin || slot.database !== after.database) {
    throw new UserError(
      'E_POSTGRES_SLOT',
      `slot ${args.name} is ${kindOf(slot)}, not ${kindOf(after)}, and cannot be converted`,
      { hint: "Drop it first with state: 'absent', or give the new one another name." },
    )
  }
  if (slot.walStatus === 'lost') {
    return [
      {
        what: 'wal',
        from: 'lost',
        to: 'reserved from now on; the replica that used this slot must be re-cloned',
      },
    ]
  }
  return slot.reserved || !after.reserved ? [] : [{ what: 'wal', from: 'not reserved', to: 'reserved' }]
}

export function wanted({
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

export function inUse({ name }: PostgresSlotArgs): UserError {
  return new UserError(
    'E_POSTGRES_SLOT',
    `the slot ${name} is in use: a replica or client is connected to it`,
    {
      hint: 'Stop that client, then run the playbook again. `SELECT active_pid FROM pg_replication_slots` shows its process.',
    },
  )
}

const kindOf = ({ type, plugin, database }: Slot): string =>
  type === 'physical' ? 'physical' : `logical (${plugin}, database ${database})`

export const said = (slot: Slot): string =>
  `${slot.type}, ${slot.active ? 'in use' : 'unused'}, WAL ${slot.walStatus ?? 'not reserved'}`
