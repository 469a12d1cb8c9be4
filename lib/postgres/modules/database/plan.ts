import { type Change, differences } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Database, databaseReader } from './reader.ts'
import { type PostgresDatabaseArgs, extensionsOf } from './args.ts'
import type { PostgresDatabaseState } from './state.ts'

export function planPresent(args: PostgresDatabaseArgs, { database, extensions }: PostgresDatabaseState) {
  if (database !== null) refuseWhatCannotChange(args, database)
  const changes: Change[] = [
    ...(database === null
      ? [{ what: 'database', from: 'absent', to: 'present' }]
      : differences(attributes(args), database)),
    ...missing(args, extensions).map(({ name }) => ({ what: 'extension', from: 'absent', to: name })),
  ]
  // A new one's encoding and locale may come from its template, and the version of an extension from its files.
  const leaves =
    database === null
      ? []
      : [databaseReader.predict(args.on, args.name, { ...database, ...set(attributes(args)) })]
  return { changes, leaves, because: 'the database is as wanted' }
}

export function planAbsent(
  { on, name, force }: PostgresDatabaseArgs,
  { database, connections }: PostgresDatabaseState,
) {
  if (database === null) return { changes: [], because: 'absent already' }
  if (connections !== null && connections > 0 && force !== true) {
    throw new UserError(
      'E_POSTGRES_DATABASE_IN_USE',
      `the database ${name} cannot be dropped: it has ${connections} connections`,
      {
        hint: 'Stop its clients, or use force: true to end the connections. Dropping the database deletes everything in it.',
      },
    )
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
      hint: 'Create a new database and copy the data with pg_dump, or change the playbook to what the database has.',
    })
  }
}

// en_US.UTF-8 and en_US.utf8 are the same.
const spelled = (text: string): string => text.toLowerCase().replaceAll('-', '')

export const attributes = ({ owner, connectionLimit }: PostgresDatabaseArgs) => ({ owner, connectionLimit })

const set = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

export const missing = (args: PostgresDatabaseArgs, found: PostgresDatabaseState['extensions']) =>
  extensionsOf(args).filter(({ name }) => (found[name] ?? null) === null)
