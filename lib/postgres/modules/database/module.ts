import { z } from 'zod'
import { type Change, differences } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { defineModule } from '../../../core/module.ts'
import type { PostgresTarget } from '../../target.ts'
import { type Probe, askAll } from '../../../core/probe.ts'
import { postgresTarget } from '../../../core/schemas.ts'
import { type Database, connectionsReader, databaseReader, extensionReader } from './reader.ts'
import { creation, dropping, extending, mending } from './apply.ts'
import { databaseObjectName, presence } from '../shared/names.ts'
import { postgresThing } from '../shared/server-reader.ts'

/**
 * What is left out is not managed: a new database gets PostgreSQL's default, one that exists keeps what it has.
 *
 * @example
 * postgresDatabase('app', { on: primary, name: 'app', owner: 'app', extensions: ['pg_stat_statements'] })
 */
export interface PostgresDatabaseArgs {
  /** Where to make it: the primary, as a superuser or with CREATEDB. */
  readonly on: PostgresTarget
  readonly name: string
  readonly owner?: string | undefined
  /** Only a new database can get one; another one later is an error. */
  readonly encoding?: string | undefined
  /** Order and classes of characters, such as `C.UTF-8`. Only a new database can get one; another one later is an error. */
  readonly locale?: string | undefined
  /** What a new one is a copy of. @default 'template0' with an encoding or locale of its own, else 'template1' */
  readonly template?: string | undefined
  /** Connections at a time; -1 is no limit. */
  readonly connectionLimit?: number | undefined
  /** Created where they are missing; others are left alone, and versions too. */
  readonly extensions?: readonly string[] | undefined
  /** `absent` drops it with all that is in it. @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
  /** With `absent`: end the sessions of others in it. Without, it is dropped only when nobody is connected. @default false */
  readonly force?: boolean | undefined
}

export interface PostgresDatabaseState {
  readonly database: Database | null
  /** Versions by name, for those that were asked for; `null` where one is missing. */
  readonly extensions: Readonly<Record<string, string | null>>
  /** Sessions of others; only looked at before dropping. */
  readonly connections: number | null
}

/** A database, its owner and its extensions. */
export const postgresDatabase = defineModule<PostgresDatabaseArgs, PostgresDatabaseState>({
  name: 'postgres_database',
  args: z.strictObject({
    on: postgresTarget,
    name: databaseObjectName,
    owner: databaseObjectName.optional(),
    encoding: z.string().optional(),
    locale: z.string().optional(),
    template: databaseObjectName.optional(),
    connectionLimit: z.int().min(-1).optional(),
    extensions: z.array(databaseObjectName).optional(),
    state: presence.optional(),
    force: z.boolean().optional(),
  }),
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

const NOTHING: Probe<null> = { questions: [], parse: () => null }

function askExtensions({ on, name, extensions = [], state }: PostgresDatabaseArgs) {
  const inside = { ...on, database: name }
  const asked = state === 'absent' ? [] : extensions
  const probes = asked.map((one) => [one, extensionReader.ask(inside, `${name}/${one}`)] as const)
  return askAll(Object.fromEntries(probes) as Record<string, Probe<string | null>>)
}

function planPresent(args: PostgresDatabaseArgs, { database, extensions }: PostgresDatabaseState) {
  if (database !== null) refuseWhatCannotChange(args, database)
  const changes: Change[] = [
    ...(database === null
      ? [{ what: 'database', from: 'absent', to: 'present' }]
      : differences(attributes(args), database)),
    ...missing(args, extensions).map((to) => ({ what: 'extension', from: 'absent', to })),
  ]
  // A new one's encoding and locale may come from its template, and the version of an extension from its files.
  const leaves =
    database === null
      ? []
      : [databaseReader.predict(args.on, args.name, { ...database, ...set(attributes(args)) })]
  return { changes, leaves, because: 'the database is as wanted' }
}

function planAbsent(
  { on, name, force }: PostgresDatabaseArgs,
  { database, connections }: PostgresDatabaseState,
) {
  if (database === null) return { changes: [], because: 'absent already' }
  if (connections !== null && connections > 0 && force !== true) {
    throw new UserError('E_POSTGRES_DATABASE_IN_USE', `database ${name} has ${connections} connections`, {
      hint: 'Stop what uses it, or end them with force: true. Dropping deletes all that is in it',
    })
  }
  const changes = [{ what: 'database', from: 'present', to: 'absent' }]
  return { changes, leaves: [databaseReader.predict(on, name, null)] }
}

function refuseWhatCannotChange({ name, encoding, locale }: PostgresDatabaseArgs, database: Database): void {
  const wanted = { encoding, locale }
  for (const what of ['encoding', 'locale'] as const) {
    const to = wanted[what]
    if (to === undefined || spelled(to) === spelled(database[what])) continue
    const message = `the ${what} of database ${name} is ${database[what]}, not ${to}, and can't be changed`
    throw new UserError('E_POSTGRES_LOCALE', message, {
      hint: 'Make a new database and copy the data over (pg_dump), or take what it has into the playbook',
    })
  }
}

// en_US.UTF-8 and en_US.utf8 are the same.
const spelled = (text: string): string => text.toLowerCase().replaceAll('-', '')

const attributes = ({ owner, connectionLimit }: PostgresDatabaseArgs) => ({ owner, connectionLimit })

const set = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

const missing = ({ extensions = [] }: PostgresDatabaseArgs, found: PostgresDatabaseState['extensions']) =>
  extensions.filter((one) => (found[one] ?? null) === null)
