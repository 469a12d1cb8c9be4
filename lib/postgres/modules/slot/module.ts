import { defineModule } from '../../../core/module.ts'
import { literal } from '../../sql.ts'
import { sql } from '../../channel.ts'
import { serverThing } from '../../resources.ts'
import { slotReader } from './reader.ts'
import { args } from './args.ts'
import { changesOf, wanted, inUse, said } from './plan.ts'
import { creation } from './apply.ts'

/**
 * Manages a replication slot. A slot whose WAL is lost is created again, because it no longer retains any WAL; the replica that
 * used it must be re-cloned. A logical slot is created in the database of `on`.
 *
 * @dryRun Asks PostgreSQL for the slot. Would change if it is missing, has lost its WAL or does not reserve any, or is to go;
 * then it fails if the slot is in use. Later tasks see the slot. Unknown if an earlier task may change what the server answers,
 * such as one that starts its container.
 */
export const postgresSlot = defineModule({
  name: 'postgres_slot',
  args,
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
    return [...drop, ...create].map((text) => sql(text, args.on))
  },
  touches: ({ on, name }) => [serverThing(on, 'slot', name)],
})
