import { differences } from '../../../core/change.ts'
import { defineModule } from '../../../core/module.ts'
import { askAll } from '../../../core/probe.ts'
import { postgresThing } from '../shared/server-reader.ts'
import { connectionsReader, databaseReader } from './reader.ts'
import { creation, dropping, extending, mending } from './apply.ts'
import { type PostgresDatabaseArgs, args } from './args.ts'
import { type PostgresDatabaseState, NOTHING, askExtensions } from './state.ts'
import { planPresent, planAbsent, attributes, missing } from './plan.ts'

/** A database, its owner and its extensions. */
export const postgresDatabase = defineModule<PostgresDatabaseArgs, PostgresDatabaseState>({
  name: 'postgres_database',
  args,
  probe: (args) =>
    askAll({
      database: databaseReader.ask(args.on, args.name),
      extensions: askExtensions(args),
      connections: args.state === 'absent' ? connectionsReader.ask(args.on, args.name) : NOTHING,
    }),
  plan: (args, state) => (args.state === 'absent' ? planAbsent(args, state) : planPresent(args, state)),
  apply: (args, { database, extensions }) => {
    const { on, name } = args
    if (args.state === 'absent') return dropping(args).map((sql) => ({ sql, on }))
    // CREATE DATABASE can't be part of a transaction: it is a message of its own.
    const own = database === null ? [creation(args)] : mending(args, differences(attributes(args), database))
    const inside = missing(args, extensions).map(extending)
    return [
      ...own.map((sql) => ({ sql, on })),
      ...inside.map((sql) => ({ sql, on: { ...on, database: name } })),
    ]
  },
  touches: ({ on, name, extensions = [] }) => [
    postgresThing(on, 'database', name),
    ...extensions.map((one) => postgresThing(on, 'extension', `${name}/${one}`)),
  ],
})
