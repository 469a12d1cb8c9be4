import { differences } from '../../../core/change.ts'
import { defineModule } from '../../../core/module.ts'
import { sql } from '../../channel.ts'
import { serverThing } from '../../resources.ts'
import { creation, dropping, extending, mending } from './apply.ts'
import { args, extensionsOf } from './args.ts'
import { askState } from './state.ts'
import { planPresent, planAbsent, attributes, missing } from './plan.ts'

/**
 * Manages a database: its owner, attributes and extensions.
 *
 * @dryRun Asks PostgreSQL for the database and its extensions, and names what differs. Whether an extension can be installed is
 * found in the run. The owner and the limit of an existing database are foretold; a new database and new extensions are not.
 * Unknown if an earlier task may change what the server answers, such as one that starts its container.
 */
export const postgresDatabase = defineModule({
  name: 'postgres_database',
  args,
  probe: askState,
  plan: (args, state) => (args.state === 'absent' ? planAbsent(args, state) : planPresent(args, state)),
  apply: (args, { database, extensions }) => {
    const { on, name } = args
    if (args.state === 'absent') return dropping(args).map((text) => sql(text, on))
    // CREATE DATABASE can't be part of a transaction: it is a message of its own.
    const own = database === null ? [creation(args)] : mending(args, differences(attributes(args), database))
    const inside = missing(args, extensions).map(extending)
    return [
      ...own.map((text) => sql(text, on)),
      ...inside.map((text) => sql(text, { ...on, database: name })),
    ]
  },
  touches: (args) => [
    serverThing(args.on, 'database', args.name),
    ...extensionsOf(args).map((one) => serverThing(args.on, 'extension', `${args.name}/${one.name}`)),
  ],
})
