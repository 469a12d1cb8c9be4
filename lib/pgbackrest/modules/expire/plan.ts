import type { Change } from '../../../core/change.ts'
import type { Plan } from '../../../core/module.ts'
import type { Expiry } from './reader.ts'
import type { PgbackrestExpireArgs } from './args.ts'

export function plan(_args: PgbackrestExpireArgs, { locked, backups, archives }: Expiry): Plan {
  if (locked)
    return { changes: [{ what: 'backups', from: 'unknown while one is taken', to: 'within the retention' }] }
  const changes: Change[] = [
    ...backups.map((label) => ({ what: 'backup', from: label, to: 'expired' })),
    ...archives.map(({ id, start, stop }) => ({
      what: `archive ${id}`,
      from: start === stop ? start : `${start}–${stop}`,
      to: 'expired',
    })),
  ]
  return { changes, because: 'nothing is beyond the retention' }
}
