import { z } from 'zod'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { databaseObjectName, presence } from '../shared/names.ts'

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

export const args: z.ZodType<PostgresDatabaseArgs, PostgresDatabaseArgs> = z.strictObject({
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
})
