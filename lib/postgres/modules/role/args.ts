import { z } from 'zod'
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
  /** Where to make it: the primary, as a superuser. */
  readonly on: PostgresTarget
  readonly name: string
  /** Compared with what the server stores; it never travels there, a SCRAM-SHA-256 verifier of it does. */
  readonly password?: Secret | undefined
  /** @default true */
  readonly login?: boolean | undefined
  readonly replication?: boolean | undefined
  readonly superuser?: boolean | undefined
  readonly createdb?: boolean | undefined
  readonly createrole?: boolean | undefined
  readonly inherit?: boolean | undefined
  readonly bypassrls?: boolean | undefined
  /** Connections at a time; -1 is no limit. */
  readonly connectionLimit?: number | undefined
  /** The password's last moment, ISO 8601 with a zone, or `infinity`. */
  readonly validUntil?: string | undefined
  /** Exactly these roles; memberships of others are revoked. */
  readonly memberOf?: readonly string[] | undefined
  /** Functions that it may execute, in the database of `on`; others are left alone. `pg_ls_dir(text, boolean, boolean)` */
  readonly executes?: readonly string[] | undefined
  /** Values for its sessions in all databases; others are left alone. `{ search_path: ['app', 'public'] }` */
  readonly settings?: Readonly<Record<string, SettingValue>> | undefined
  readonly comment?: string | undefined
  /** `absent` drops it; PostgreSQL refuses while it owns anything. @default 'present' */
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
