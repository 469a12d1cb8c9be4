import type { Change } from '../../../core/change.ts'
import { identifier, literal } from '../../sql.ts'
import type { PostgresDatabaseArgs, PostgresExtension } from './args.ts'

export function creation(args: PostgresDatabaseArgs): string {
  const { name, owner, encoding, locale, connectionLimit } = args
  // Only template0 is promised to hold nothing that depends on the encoding or locale.
  const template = args.template ?? (encoding === undefined && locale === undefined ? undefined : 'template0')
  const options = [
    owner !== undefined && `OWNER ${identifier(owner)}`,
    template !== undefined && `TEMPLATE ${identifier(template)}`,
    encoding !== undefined && `ENCODING ${literal(encoding)}`,
    locale !== undefined && `LOCALE ${literal(locale)}`,
    connectionLimit !== undefined && `CONNECTION LIMIT ${connectionLimit}`,
  ]
  return ['CREATE DATABASE', identifier(name), ...options.filter(Boolean)].join(' ')
}

/** One statement for each attribute that differs. */
export function mending({ name }: PostgresDatabaseArgs, changes: readonly Change[]): string[] {
  return changes.map(({ what, to }) =>
    what === 'owner'
      ? `ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(String(to))}`
      : `ALTER DATABASE ${identifier(name)} CONNECTION LIMIT ${Number(to)}`,
  )
}

/**
 * CASCADE creates what it needs, and lets an extension with a schema of its own go there; IF NOT EXISTS because one extension
 * may have brought another that is also named.
 */
export const extending = ({ name, schema = 'public' }: PostgresExtension): string =>
  `CREATE EXTENSION IF NOT EXISTS ${identifier(name)} SCHEMA ${identifier(schema)} CASCADE`

export function dropping({ name, force }: PostgresDatabaseArgs): string[] {
  if (force === true) return [`DROP DATABASE ${identifier(name)} WITH (FORCE)`]
  // Ours may still be open from looking for extensions.
  const ours = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ${literal(name)}
    AND application_name = 'run-playbook' AND usename = current_user AND pid <> pg_backend_pid()`
  return [ours, `DROP DATABASE ${identifier(name)}`]
}
