import type { PostgresTarget } from './target.ts'
import type { Question, Reply } from '../core/probe.ts'
import type { SqlStep } from '../core/module.ts'
import type { Connection } from '../transport/transport.ts'
import { type Session, createSession } from './session.ts'
import { askServer } from './ask-server.ts'
import { groupBy } from './group-by.ts'
import { runStatement } from './run-statement.ts'
import { reveal } from '../core/secret.ts'

/** The way to the PostgreSQL servers that one host can reach. */
export interface PostgresChannel {
  /**
   * Answers questions in one read-only query a server. Each question has an answer or an `Error` of its own.
   * @throws UnreachableError when the host itself is lost
   */
  ask(questions: readonly Question[]): Promise<Map<Question, unknown>>
  /**
   * Runs one step, of one statement or of several that are one transaction. Rows are JSON on `stdout`; what the server
   * refuses has code 1 and its words on `stderr`, a server that can't be reached has code 2.
   * @throws UnreachableError when the host itself is lost
   */
  run(step: SqlStep): Promise<Reply>
  close(): Promise<void>
}

/**
 * Speaks PostgreSQL's protocol over streams that the host opens: no port on the operator's machine, no psql on the host.
 * One session a server and user is kept open for the whole run.
 */
export function createPostgresChannel(
  connection: Pick<Connection, 'forward' | 'countRoundTrip'>,
): PostgresChannel {
  const sessions = new Map<string, Session>()

  const sessionOf = (target: PostgresTarget): Session => {
    const key = sessionKey(target)
    const session = sessions.get(key) ?? createSession(connection, target)
    sessions.set(key, session)
    return session
  }

  return {
    ask: async (questions) => {
      const servers = groupBy(questions, ({ reader, on }) => {
        if (on === undefined) throw new TypeError(`a question of ${reader.name} doesn't say which server`)
        return sessionOf(on)
      })
      const answers = await Promise.all([...servers].map(([session, own]) => askServer(session, own)))
      return new Map(answers.flat())
    },
    run: (step) => runStatement(sessionOf(step.on), step.sql),
    close: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()))
      sessions.clear()
    },
  }
}

// The password belongs to it: a second task may be right where a first was wrong. The key never leaves this map.
function sessionKey({ host, port, database, user, password }: PostgresTarget): string {
  return JSON.stringify([host, port ?? 5432, database ?? 'postgres', user ?? 'postgres', reveal(password)])
}
