import {
  type ChannelHost,
  type ChannelQuestion,
  type ChannelStep,
  type OpenChannel,
  type QuestionChannel,
  defineChannel,
} from '../core/reader.ts'
import type { Question, Reply } from '../core/probe.ts'
import { groupBy } from '../core/group-by.ts'
import { reveal } from '../core/secret.ts'
import { askServer } from './ask-server.ts'
import { runStatement } from './run-statement.ts'
import { type ServerConnection, connectServer } from './server-connection.ts'
import { type PostgresTarget, postgresTarget, serverName } from './target.ts'

/**
 * PostgreSQL's protocol, for readers and steps: no port on the operator's machine, no psql on the host.
 *
 * @example
 * const tables = readerOfOne({
 *   name: 'tables',
 *   channel: postgres,
 *   ask: () => 'SELECT count(*) FROM pg_tables',
 *   parse: ({ stdout }) => stdout.toString(),
 *   sees: () => [],
 * })
 */
export const postgres: QuestionChannel<PostgresTarget> = defineChannel<PostgresTarget>({
  name: 'postgres',
  targetKey: (target) =>
    JSON.stringify([serverName(target), target.database ?? 'postgres', target.user ?? 'postgres']),
  open: createPostgresChannel,
})

/**
 * A step of a change: one statement, or several that are one transaction. Rows are JSON on `stdout`; what the server refuses
 * has code 1 and the server's message on `stderr`, a server that cannot be reached has code 2.
 *
 * @example
 * const apply = (on: PostgresTarget, name: string) => [sql(`CREATE EXTENSION ${identifier(name)}`, on)]
 */
export const sql = (text: string, target: PostgresTarget): ChannelStep<PostgresTarget> => ({
  channel: postgres,
  target,
  text,
})

/** The engine closes its connections when it does not wait any more, which ends what runs over them. */
export interface PostgresChannel extends OpenChannel<PostgresTarget> {
  ask(
    questions: readonly ChannelQuestion<PostgresTarget>[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<Question, unknown>>
  run(step: ChannelStep<PostgresTarget>, signal?: AbortSignal): Promise<Reply>
}

/** Speaks to the servers that one host can reach. One connection a server and user is kept open for the run. */
export function createPostgresChannel(
  host: Pick<ChannelHost, 'forward' | 'countRoundTrip'>,
): PostgresChannel {
  const connections = new Map<string, ServerConnection>()

  const connectionTo = (wanted: unknown): ServerConnection => {
    const target = postgresTarget.parse(wanted)
    const key = connectionKey(target)
    const connection = connections.get(key) ?? connectServer(host, target)
    connections.set(key, connection)
    return connection
  }

  return {
    ask: async (questions) => {
      const servers = groupBy(questions, ({ on }) => connectionTo(on))
      const answers = await Promise.all([...servers].map(([server, own]) => askServer(server, own)))
      return new Map(answers.flat())
    },
    run: ({ target, text, timeoutMs }) => runStatement(connectionTo(target), text, timeoutMs),
    close: async () => {
      await Promise.all([...connections.values()].map((connection) => connection.close()))
      connections.clear()
    },
  }
}

// The password belongs to it: a second task may be right where a first was wrong. The key never leaves this map.
const connectionKey = (target: PostgresTarget): string =>
  JSON.stringify([postgres.targetKey(target), reveal(target.password)])
