import { Secret, reveal } from '../../../core/secret.ts'
import { isVerifierOf, scramVerifier } from '../../scram.ts'
import { literal } from '../../sql.ts'
import type { Edit } from './edit.ts'
import type { PostgresRoleArgs } from './args.ts'
import { type Role, storedPassword } from './reader.ts'

/** A new verifier when the stored one is of another password, or of an older kind (md5). */
export function passwordEdit(
  { name, password }: PostgresRoleArgs,
  role: Role,
  quotedName: string,
): Edit<Role> {
  const stored = role.password
  if (password === undefined) return { changes: [], sql: [], leaves: {} }
  const same = stored?.method === 'scram' && isVerifierOf(reveal(stored.verifier), reveal(password))
  if (same) return { changes: [], sql: [], leaves: {} }
  const verifier = verifierFor(password, name)
  const from = stored === null ? 'absent' : stored.method === 'scram' ? 'another' : stored.method
  return {
    changes: [{ what: 'password', from, to: password }],
    sql: [`ALTER ROLE ${quotedName} PASSWORD ${literal(reveal(verifier))}`],
    leaves: { password: storedPassword(reveal(verifier)) },
  }
}

/**
 * Statements around one that carries a verifier: it isn't the password, yet it is enough to guess at one, and logs travel
 * further than databases do. Only superusers may, so for others it is left as it is. In messages of their own, because
 * the server logs a message before it runs any of it.
 */
export const QUIET = loggingOf(`CASE WHEN vartype = 'bool' THEN 'off' WHEN name = 'log_statement' THEN 'none'
  WHEN name = 'log_min_error_statement' THEN 'panic' WHEN vartype = 'real' THEN '0' ELSE '-1' END`)

export const LOUD = loggingOf('reset_val')

function loggingOf(value: string): string {
  return `SELECT set_config(name, ${value}, false) FROM pg_settings WHERE name IN ('log_statement',
  'log_min_duration_statement', 'log_min_duration_sample', 'log_transaction_sample_rate', 'log_min_error_statement',
  'pg_stat_statements.track_utility') AND current_setting('is_superuser') = 'on'`
}

const made = new WeakMap<Secret, Map<string, Secret>>()

// One salt a password and role in a process, so that planning twice says the same. A Secret, so that it is masked
// wherever the statement is printed.
function verifierFor(password: Secret, role: string): Secret {
  const verifiers = made.get(password) ?? new Map<string, Secret>()
  made.set(password, verifiers)
  const verifier = verifiers.get(role) ?? new Secret(`verifier of ${role}`, scramVerifier(reveal(password)))
  verifiers.set(role, verifier)
  return verifier
}
