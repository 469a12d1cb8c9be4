import { z } from 'zod'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { databaseObjectName, presence } from '../shared/names.ts'

/** An extension and where its functions, types and operators go. */
export interface PostgresExtension {
  readonly name: string
  /**
   * It has to exist. One that others cannot create anything in is safer than `public`: a script of an extension may find their
   * functions there. Extensions that have a schema of their own, such as `pg_cron`, go there anyway.
   *
   * @default 'public'
   */
  readonly schema?: string | undefined
}

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
  /**
   * Created where they are missing, in the schema `public` or in the one that `{ name, schema }` says; others are left alone,
   * and so are versions and the schemas of those that are there.
   */
  readonly extensions?: readonly (string | PostgresExtension)[] | undefined
  /** `absent` drops it with all that is in it. @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
  /** With `absent`: end the sessions of others in it. Without, it is dropped only when nobody is connected. @default false */
  readonly force?: boolean | undefined
}

/** The extensions of a task, each as an object. */
export const extensionsOf = ({ extensions = [] }: PostgresDatabaseArgs): readonly PostgresExtension[] =>
  extensions.map((one) => (typeof one === 'string' ? { name: one } : one))

export const args: z.ZodType<PostgresDatabaseArgs, PostgresDatabaseArgs> = z.strictObject({
  on: postgresTarget,
  name: databaseObjectName,
  owner: databaseObjectName.optional(),
  encoding: z.string().optional(),
  locale: z.string().optional(),
  template: databaseObjectName.optional(),
  connectionLimit: z.int().min(-1).optional(),
  extensions: z
    .array(
      z.union([
        databaseObjectName,
        z.strictObject({ name: databaseObjectName, schema: databaseObjectName.optional() }),
      ]),
    )
    .optional(),
  state: presence.optional(),
  force: z.boolean().optional(),
})
