import * as z from '../../../core/lazy-zod.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { databaseObjectName, presence } from '../shared/names.ts'

/** An extension and where its functions, types and operators go. */
export interface PostgresExtension {
  readonly name: string
  /**
   * The schema must exist. Choose one in which other roles cannot create objects: in `public`, the script of an extension might call
   * their functions. Extensions with a fixed schema, such as `pg_cron`, always use that schema.
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
  /** The primary, logged in as a superuser or as a role with CREATEDB. */
  readonly on: PostgresTarget
  /** Name of the database. */
  readonly name: string
  /** Role that owns the database. */
  readonly owner?: string | undefined
  /** Encoding of a new database. If an existing database has another one, that is an error. */
  readonly encoding?: string | undefined
  /** Locale of a new database (LC_COLLATE and LC_CTYPE), such as `C.UTF-8`. If an existing database has another one, that is an error. */
  readonly locale?: string | undefined
  /** Template of a new database. @default 'template0' if `encoding` or `locale` is set, otherwise 'template1' */
  readonly template?: string | undefined
  /** Maximum number of concurrent connections; -1 means no limit. */
  readonly connectionLimit?: number | undefined
  /**
   * Extensions to create if they are missing, in the schema `public` or, with `{ name, schema }`, in another one. The version and
   * schema of existing extensions are not changed, and other extensions are left alone.
   */
  readonly extensions?: readonly (string | PostgresExtension)[] | undefined
  /** `absent` drops the database with all its data. @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
  /** With `absent`: terminate the connections to the database first. Without `force`, existing connections are an error. @default false */
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
