import * as z from '../../../core/lazy-zod.ts'
import { serverPart, wholeServer } from '../../resources.ts'
import { thingReader } from '../shared/server-reader.ts'

export interface Database {
  readonly owner: string
  readonly encoding: string
  readonly locale: string
  /** -1 is no limit. */
  readonly connectionLimit: number
}

export const databaseReader = thingReader<Database>({
  part: 'database',
  select: `SELECT json_build_object('owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding),
      'locale', datcollate, 'connectionLimit', datconnlimit)
    FROM pg_database WHERE datname = k.name`,
  answer: z.object({
    owner: z.string(),
    encoding: z.string(),
    locale: z.string(),
    connectionLimit: z.number(),
  }),
})

/** Sessions of others in a database. */
export const connectionsReader = thingReader<number>({
  part: 'connections',
  select: `SELECT to_json(count(*)) FROM pg_stat_activity
    WHERE datname = k.name AND NOT (application_name = 'run-playbook' AND usename = current_user)`,
  answer: z.number(),
  // They come and go by themselves; at least a new look is taken after each change.
  alsoSees: (on) => wholeServer(on),
})

/**
 * The version of an extension in the database of `on`; the name is `DATABASE/EXTENSION`. `null` where it isn't, and
 * where there is no such database.
 */
export const extensionReader = thingReader<string>({
  part: 'extension',
  select: `SELECT to_json(extversion) FROM pg_extension
    WHERE extname = substr(k.name, length(current_database()) + 2)`,
  answer: z.string(),
  alsoSees: (on) => [serverPart(on, 'database')],
})
