import type { EventEmitter } from 'node:events'
import type { Client } from 'pg'
import type { UserError } from '../core/errors.ts'
import { unproved } from './errors.ts'
import type { PostgresTarget } from './target.ts'

/** How PostgreSQL's documentation names what a server asks for. */
const METHODS = {
  authenticationCleartextPassword: 'the password in clear text',
  authenticationMD5Password: 'an MD5 hash of the password',
} as const

const NO_PROOF = 'it does not prove that it knows the password itself'

/** RFC 7677. A server that asks for fewer makes it cheap to guess the password from the proof. */
const FEWEST_ITERATIONS = 4096

type Connection = EventEmitter & { readonly stream: { destroy(): void } }

/** What libpq's `require_auth=scram-sha-256` does. */
export interface ScramOnly {
  /** Before the password is handed out. @throws UserError E_POSTGRES_AUTH when the server asked for anything else */
  mayAsk(): void
  /** Before the session is used. @throws UserError E_POSTGRES_AUTH when the server has not proved that it knows the password */
  mayBegin(): void
}

/**
 * Whoever listens in PostgreSQL's place learns nothing: the password is used for SCRAM-SHA-256 only, by which the server proves
 * that it knows the password too, and a session begins only after that proof.
 */
export function scramOnly(client: Client, target: PostgresTarget): ScramOnly {
  const { connection } = client as unknown as { connection: Connection }
  let refused: UserError | undefined
  let asked = false
  let proved = false

  const refuse = (what: string): void => {
    refused ??= unproved(target, what)
    connection.emit('error', refused)
    // What pg is about to answer goes nowhere.
    connection.stream.destroy()
  }
  for (const [event, what] of Object.entries(METHODS))
    connection.prependListener(event, () => refuse(`it asks for ${what}`))
  connection.prependListener('authenticationSASL', () => (asked = true))
  connection.prependListener('authenticationSASLContinue', ({ data }: { data: string }) => {
    const iterations = Number(/(?:^|,)i=(\d+)/.exec(data)?.[1] ?? 0)
    if (iterations < FEWEST_ITERATIONS)
      refuse(`it asks for SCRAM with an iteration count of ${iterations}, less than ${FEWEST_ITERATIONS}`)
  })
  // pg's own listener compares the signature, and ends the session when it is wrong.
  connection.prependListener('authenticationSASLFinal', () => (proved = true))
  connection.prependListener('authenticationOk', () => {
    if (!asked) refuse('it accepts logins without a password (trust)')
    else if (!proved) refuse(NO_PROOF)
  })
  return {
    mayAsk: () => {
      if (refused !== undefined) throw refused
    },
    mayBegin: () => {
      if (!proved) refuse(NO_PROOF)
      if (refused !== undefined) throw refused
    },
  }
}
