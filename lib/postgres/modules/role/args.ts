import * as z from '../../../core/lazy-zod.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import { secretValue } from '../../../core/schemas.ts'
import type { Secret } from '../../../core/secret.ts'
import { databaseObjectName, presence } from '../shared/names.ts'
import type { SettingValue } from './settings.ts'

/**
 * What is left out is not managed: a new role gets PostgreSQL's default, one that exists keeps what it has.
 *
 * @example
 * postgresRole('replicator', { on: primary, name: 'replicator', password: secrets.replication, replication: true })
 */
export interface PostgresRoleArgs {
  /** The primary, logged in as a superuser. */
  readonly on: PostgresTarget
  /** Name of the role. */
  readonly name: string
  /** The password. The server gets only a SCRAM-SHA-256 verifier of it, never the password itself. */
  readonly password?: Secret | undefined
  /** LOGIN: it may log in. @default true */
  readonly login?: boolean | undefined
  /** REPLICATION: it may open replication connections. */
  readonly replication?: boolean | undefined
  /** SUPERUSER */
  readonly superuser?: boolean | undefined
  /** CREATEDB: it may create databases. */
  readonly createdb?: boolean | undefined
  /** CREATEROLE: it may create roles. */
  readonly createrole?: boolean | undefined
  /** INHERIT: it has the privileges of the roles that it is a member of. */
  readonly inherit?: boolean | undefined
  /** BYPASSRLS: row-level security does not apply to it. */
  readonly bypassrls?: boolean | undefined
  /** Maximum number of concurrent connections; -1 means no limit. */
  readonly connectionLimit?: number | undefined
  /** When the password expires: ISO 8601 with an offset from UTC, or `infinity`. */
  readonly validUntil?: string | undefined
  /** All roles that it is a member of; other memberships are revoked. */
  readonly memberOf?: readonly string[] | undefined
  /** Functions in the database of `on` that it may execute, such as `pg_ls_dir(text, boolean, boolean)`. Other grants are left alone. */
  readonly executes?: readonly string[] | undefined
  /** Settings for its sessions (`ALTER ROLE … SET`), such as `{ search_path: ['app', 'public'] }`. Other settings are left alone. */
  readonly settings?: Readonly<Record<string, SettingValue>> | undefined
  /** Text of COMMENT ON ROLE. */
  readonly comment?: string | undefined
  /** `absent` drops the role. PostgreSQL refuses this as long as the role owns objects. @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
}

const settingValue: z.ZodType<SettingValue, SettingValue> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()).nonempty(),
  z.null(),
])

export const postgresRoleArgs: z.ZodType<PostgresRoleArgs, PostgresRoleArgs> = z.strictObject({
  on: postgresTarget,
  name: databaseObjectName,
  password: secretValue.optional(),
  login: z.boolean().optional(),
  replication: z.boolean().optional(),
  superuser: z.boolean().optional(),
  createdb: z.boolean().optional(),
  createrole: z.boolean().optional(),
  inherit: z.boolean().optional(),
  bypassrls: z.boolean().optional(),
  connectionLimit: z.int().min(-1).optional(),
  validUntil: z.union([z.literal('infinity'), z.iso.datetime({ offset: true })]).optional(),
  memberOf: z.array(databaseObjectName).optional(),
  executes: z
    .array(
      z
        .string()
        .regex(/^[\w$."]+\s*\([\w$."\s,[\]]*\)$/, 'is a function with its argument types, f(text, int)'),
    )
    .optional(),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/, 'is a lower-case name'), settingValue)
    .optional(),
  comment: z.string().optional(),
  state: presence.optional(),
})
