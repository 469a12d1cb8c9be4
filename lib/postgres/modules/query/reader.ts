import * as z from '../../../core/lazy-zod.ts'
import type { Reader } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import { postgres } from '../../channel.ts'
import type { PostgresTarget } from '../../target.ts'

/** Rows as objects. The key is the query. */
export const queryReader: Reader<readonly unknown[], PostgresTarget> = {
  name: 'postgres_query',
  channel: postgres,
  // On lines of its own: a query may end in a comment. An odd name, because a column of the same would be taken for it.
  ask: (keys) => {
    const all = keys.map(
      (sql, i) =>
        `SELECT ${i} AS i, (SELECT coalesce(json_agg("a row"), '[]') FROM (\n${sql}\n) AS "a row") AS r`,
    )
    return `SELECT json_agg(q.r ORDER BY q.i) FROM (${all.join('\nUNION ALL ')}) AS q`
  },
  parse: ({ stdout }, keys) => {
    const answers = z.array(z.array(z.unknown())).nullable().parse(JSON.parse(stdout.toString()))
    if (answers === null) throw new Error('there is no such database')
    if (answers.length !== keys.length)
      throw new Error(`unexpected answer of PostgreSQL: ${answers.length} results of ${keys.length} queries`)
    return answers
  },
  // Nobody knows what it looks at.
  sees: () => [EVERYTHING],
}
