import * as z from '../../../core/lazy-zod.ts'
import { Secret } from '../../../core/secret.ts'
import { serverPart } from '../../resources.ts'
import { settingsOf } from './settings.ts'
import { thingReader } from '../shared/server-reader.ts'

export interface Role {
  readonly login: boolean
  readonly superuser: boolean
  readonly createdb: boolean
  readonly createrole: boolean
  readonly inherit: boolean
  readonly replication: boolean
  readonly bypassrls: boolean
  readonly connectionLimit: number
  /** ISO 8601 in UTC, or `infinity`. */
  readonly validUntil: string
  readonly password: StoredPassword | null
  /** Sorted. */
  readonly memberOf: readonly string[]
  /** Lower-case names, canonical values. */
  readonly settings: Readonly<Record<string, string>>
  readonly comment: string | null
}

/** What the server keeps of a password. Not the password, and yet nothing to print. */
export interface StoredPassword {
  readonly method: 'scram' | 'md5' | 'other'
  readonly verifier: Secret
}

/** What `CREATE ROLE` makes. */
export const NEW_ROLE: Role = {
  login: false,
  superuser: false,
  createdb: false,
  createrole: false,
  inherit: true,
  replication: false,
  bypassrls: false,
  connectionLimit: -1,
  validUntil: 'infinity',
  password: null,
  memberOf: [],
  settings: {},
  comment: null,
}

export function storedPassword(verifier: string): StoredPassword {
  const method = verifier.startsWith('SCRAM-SHA-256$')
    ? 'scram'
    : verifier.startsWith('md5')
      ? 'md5'
      : 'other'
  return { method, verifier: new Secret('password verifier', verifier) }
}

export const roleReader = thingReader<Role>({
  part: 'role',
  select: `SELECT json_build_object(
      'login', rolcanlogin, 'superuser', rolsuper, 'createdb', rolcreatedb, 'createrole', rolcreaterole,
      'inherit', rolinherit, 'replication', rolreplication, 'bypassrls', rolbypassrls,
      'connectionLimit', rolconnlimit,
      'validUntil', CASE WHEN isfinite(rolvaliduntil)
        THEN to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') ELSE 'infinity' END,
      'password', rolpassword,
      'memberOf', ARRAY(SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE m.member = r.oid GROUP BY 1),
      'settings', ARRAY(SELECT s FROM pg_db_role_setting c, unnest(c.setconfig) s
        WHERE c.setrole = r.oid AND c.setdatabase = 0),
      'comment', shobj_description(r.oid, 'pg_authid'))
    FROM pg_authid r WHERE rolname = k.name`,
  answer: z.object({
    login: z.boolean(),
    superuser: z.boolean(),
    createdb: z.boolean(),
    createrole: z.boolean(),
    inherit: z.boolean(),
    replication: z.boolean(),
    bypassrls: z.boolean(),
    connectionLimit: z.number(),
    validUntil: z.string(),
    password: z
      .string()
      .nullable()
      .transform((stored) => (stored === null ? null : storedPassword(stored))),
    memberOf: z.array(z.string()).transform((names) => names.toSorted()),
    settings: z.array(z.string()).transform(settingsOf),
    comment: z.string().nullable(),
  }),
  // Dropping a role ends its memberships, and restoring one brings its own.
  alsoSees: (on) => [serverPart(on, 'role-dropped')],
})
