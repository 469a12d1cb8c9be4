import { type PostgresTarget, serverName } from './target.ts'
import { UnreachableError, UserError } from '../core/errors.ts'

/** What the server says of one statement while the session goes on. */
export interface Refusal extends Error {
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string
  readonly severity: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
}

/** The statement was refused and the session lives; anything else means that there is no session any more. */
export function isRefusal(error: unknown): error is Refusal {
  return isFromServer(error) && error.severity === 'ERROR'
}

export function isMissingDatabase(error: unknown): boolean {
  return error instanceof UserError && error.code === 'E_POSTGRES_DATABASE'
}

/** The server's own words, as psql would print them. */
export function words({ severity, message, detail, hint, code }: Refusal): string {
  const lines = [`${severity}:  ${message}`, detail && `DETAIL:  ${detail}`, hint && `HINT:  ${hint}`]
  return `${lines.filter(Boolean).join('\n')}\nSQLSTATE ${code}`
}

/** Why a question has no answer. */
export function explainQuery(error: unknown, target: PostgresTarget): UserError {
  if (!isRefusal(error)) return explainConnecting(error, target)
  const more = error.detail === undefined ? '' : ` (${error.detail})`
  return new UserError('E_POSTGRES_QUERY', `PostgreSQL at ${serverName(target)}: ${error.message}${more}`, {
    hint: hintFor(error, target),
    cause: error,
  })
}

// 42883: such functions, 42P01: tables, 42704: types, 42P02 and so on are mistakes of another kind.
function hintFor({ code, hint }: Refusal, target: PostgresTarget): string | undefined {
  if (code === '42501') return `"${who(target)}" may not read this: use a superuser`
  if (code === '42P01' || code === '42883' || code === '42704')
    return "Write the schema of what is not PostgreSQL's own, such as public.orders: no schema is looked into without"
  return hint
}

/** Whether the server knows the user by another password. */
export const isWrongPassword = (error: unknown): boolean =>
  (isFromServer(error) && error.code === '28P01') ||
  (error instanceof Error && /^SASL:.*client password/.test(error.message))

/** Why there is no session, and what to do about it. */
export function explainConnecting(error: unknown, target: PostgresTarget): UserError {
  if (error instanceof UnreachableError || isExplained(error)) return error
  const code = isFromServer(error) ? error.code : ''
  const message = error instanceof Error ? error.message : String(error)
  if (isWrongPassword(error)) return wrongPassword(error, target)
  if (message.startsWith('SASL: ')) return unproved(target, message.slice('SASL: '.length), error)
  if (code === '28000') return notAllowed(message, error, target)
  if (code === '57P03') {
    return new UserError(
      'E_POSTGRES_STARTING',
      `PostgreSQL at ${serverName(target)} is not ready: ${message}`,
      {
        hint: 'Add waitForPostgres(…) before this task, or run the playbook again in a moment.',
        cause: error,
      },
    )
  }
  if (code === '3D000') {
    return new UserError('E_POSTGRES_DATABASE', `PostgreSQL at ${serverName(target)}: ${message}`, {
      cause: error,
    })
  }
  return new UserError(
    'E_POSTGRES_UNREACHABLE',
    `PostgreSQL at ${serverName(target)} cannot be reached: ${message}`,
    {
      hint: unreachableHint(error),
      cause: error,
    },
  )
}

function wrongPassword(cause: unknown, target: PostgresTarget): UserError {
  const message = `PostgreSQL at ${serverName(target)} refuses the password of "${who(target)}": ${target.password} isn't the server's`
  return new UserError('E_POSTGRES_AUTH', message, {
    hint:
      `Store the server's password in secrets.age, or set the password of secrets.age on the primary: ` +
      `docker exec -it -u postgres postgres psql -c '\\password ${who(target)}'`,
    cause,
  })
}

/** Who answers is no server that we may give the password to. */
export function unproved(target: PostgresTarget, what: string, cause?: unknown): UserError {
  return new UserError(
    'E_POSTGRES_AUTH',
    `the server at ${serverName(target)} is not trusted as PostgreSQL, and did not get the password: ${what}`,
    {
      hint:
        `Find out who listens there. If it is your server: pg_hba.conf needs a scram-sha-256 line for "${who(target)}" from this ` +
        `node, before any other that fits, and its password has to be set with password_encryption = 'scram-sha-256'`,
      cause,
    },
  )
}

function notAllowed(message: string, cause: unknown, target: PostgresTarget): UserError {
  return new UserError(
    'E_POSTGRES_AUTH',
    `PostgreSQL at ${serverName(target)} refused the login: ${message}`,
    {
      hint: `pg_hba.conf needs a scram-sha-256 line for "${who(target)}" from this node, and the role needs LOGIN`,
      cause,
    },
  )
}

function unreachableHint(error: unknown): string {
  const { hint, code } = error instanceof UserError ? error : {}
  if (hint !== undefined && code !== 'E_FORWARD_FAILED') return hint
  const container =
    'Check that its container runs and that it listens on this address: docker logs on the node.'
  return hint === undefined ? container : `${container} ${hint}`
}

// The transport explains in its own words that nobody listens; here it is about a database.
function isExplained(error: unknown): error is UserError {
  return error instanceof UserError && error.code.startsWith('E_POSTGRES_')
}

function isFromServer(error: unknown): error is Refusal {
  return error instanceof Error && 'severity' in error && 'code' in error
}

const who = ({ user = 'postgres' }: PostgresTarget): string => user
