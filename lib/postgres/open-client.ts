import type { Client } from 'pg'
import type { PostgresTarget } from './target.ts'
import { type Secret, reveal } from '../core/secret.ts'
import type { ChannelHost } from '../core/reader.ts'
import { explainConnecting, isWrongPassword } from './errors.ts'
import { scramOnly } from './scram-only.ts'
import { SEARCH_PATH } from '../pgbackrest/search-path.ts'
import { asSocket } from './as-socket.ts'

/**
 * A client that is logged in. `onGone` is called when its connection ends, for whatever reason.
 *
 * Everything is said explicitly: a PGHOST, PGOPTIONS or ~/.pgpass of the operator must not change where we end up.
 * No TLS: the stream is inside of SSH up to the node, and from there it stays on the node or its encrypted overlay.
 * The password is used for SCRAM only, see {@link scramOnly}.
 */
export async function openClient(
  channelHost: Pick<ChannelHost, 'forward' | 'countRoundTrip'>,
  target: PostgresTarget,
  onGone: () => void,
): Promise<Client> {
  let refused: unknown
  for (const password of [target.password, ...(target.previousPasswords ?? [])]) {
    let loggedIn = false
    try {
      const client = await logIn(channelHost, target, password, () => loggedIn && onGone())
      loggedIn = true
      return client
    } catch (error) {
      if (!isWrongPassword(error)) throw explainConnecting(error, target)
      refused ??= error
    }
  }
  throw explainConnecting(refused, target)
}

async function logIn(
  channelHost: Pick<ChannelHost, 'forward' | 'countRoundTrip'>,
  target: PostgresTarget,
  password: Secret,
  onGone: () => void,
): Promise<Client> {
  const { host, port = 5432, database = 'postgres', user = 'postgres' } = target
  // pg is loaded here because most commands of a day never need it.
  const { default: pg } = await import('pg')
  const stream = asSocket(await channelHost.forward(host, port))
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    // A function, because pg takes an empty string for "look into PGPASSWORD and ~/.pgpass".
    password: () => {
      login.mayAsk()
      return reveal(password)
    },
    stream: () => stream,
    ssl: false,
    client_encoding: 'UTF8',
    application_name: 'run-playbook',
    fallback_application_name: 'run-playbook',
    options: SETTINGS,
    connectionTimeoutMillis: 15_000,
    keepAlive: false,
  })
  const login = scramOnly(client, target)
  // Without a listener, the server's goodbye at a restart would end this process.
  client.on('error', onGone)
  client.on('end', onGone)
  // Earlier than pg, which hears of it when both directions are closed.
  stream.once('end', onGone)
  EXCHANGES_OF_A_LOGIN.forEach(() => channelHost.countRoundTrip())
  await client.connect()
  login.mayBegin()
  return client
}

const EXCHANGES_OF_A_LOGIN = ['startup', 'SCRAM first message', 'SCRAM proof']

/** Milliseconds that the server lets a statement run where nothing else is said. */
export const STATEMENT_TIMEOUT_MS = 600_000

const SETTINGS = [
  SEARCH_PATH,
  `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
  '-c lock_timeout=30000',
  '-c idle_in_transaction_session_timeout=60000',
  '-c standard_conforming_strings=on',
  // Replicas are made after the roles that they log in with. Should a commit be lost with the primary, the next run makes it again.
  '-c synchronous_commit=local',
].join(' ')
