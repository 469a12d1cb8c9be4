import { literal } from '../../sql.ts'
import { type PostgresSlotArgs } from './args.ts'

export function creation(args: PostgresSlotArgs): string {
  const { name, type, plugin = 'pgoutput', reserve = true } = args
  return type === 'logical'
    ? `SELECT pg_create_logical_replication_slot(${literal(name)}, ${literal(plugin)})`
    : `SELECT pg_create_physical_replication_slot(${literal(name)}, ${reserve})`
}
