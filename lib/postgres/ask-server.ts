import { type Question, type Reader, isSingle } from '../core/probe.ts'
import { UnreachableError, UserError } from '../core/errors.ts'
import { explainQuery, isMissingDatabase, isRefusal } from './errors.ts'
import { groupBy } from '../core/group-by.ts'
import type { ServerConnection } from './server-connection.ts'

type Answered = readonly [Question, unknown]

/** All questions of one reader. */
interface Group {
  readonly reader: Reader<unknown, never>
  readonly questions: readonly Question[]
}

/** Asks one server everything in one query; an expression that fails there is asked alone, to fail alone. */
export async function askServer(
  server: ServerConnection,
  questions: readonly Question[],
): Promise<Answered[]> {
  const groups = [...groupBy(questions, ({ reader }) => reader)].flatMap(([reader, own]) =>
    isSingle(reader) ? own.map((one) => ({ reader, questions: [one] })) : [{ reader, questions: own }],
  )
  return settle(server, groups)
}

async function settle(server: ServerConnection, groups: readonly Group[]): Promise<Answered[]> {
  try {
    const texts = await read(server, groups)
    return groups.flatMap((group, i) => parse(group, texts[i] ?? 'null'))
  } catch (error) {
    if (error instanceof UnreachableError) throw error
    if (isMissingDatabase(error)) return groups.flatMap((group) => parse(group, 'null'))
    const smaller = isRefusal(error) ? divide(groups) : []
    if (smaller.length < 2) return groups.flatMap((group) => fail(group, explainQuery(error, server.target)))
    const parts: Answered[][] = []
    for (const part of smaller) parts.push(await settle(server, [part]))
    return parts.flat()
  }
}

// Groups by themselves first, then the questions of the group that is to blame.
function divide(groups: readonly Group[]): readonly Group[] {
  if (groups.length > 1) return groups
  return groups.flatMap(({ reader, questions }) => questions.map((one) => ({ reader, questions: [one] })))
}

// SET in front of it and not BEGIN: the statements of one message are one transaction anyway, and that one needs no
// ROLLBACK, and so no second message, when an expression fails. Columns, because json_build_array ends at a hundred.
async function read(server: ServerConnection, groups: readonly Group[]): Promise<readonly (string | null)[]> {
  const expressions = groups.map(({ reader, questions }) => `(${reader.ask(keysOf(questions))})::text`)
  const text = `SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '30s'; SELECT ${expressions.join(',\n')}`
  const results = await server.query(text, { timeoutMs: 40_000, again: true })
  return (results.at(-1)?.rows[0] ?? []) as (string | null)[]
}

// JSON null as the whole text: there is no such database, so there is nothing in it.
function parse(group: Group, text: string): Answered[] {
  const { reader, questions } = group
  try {
    const reply = { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }
    const answers = reader.parse(reply, keysOf(questions))
    if (answers.length !== questions.length)
      throw new TypeError(
        `the reader ${reader.name} gave ${answers.length} answers to ${questions.length} questions`,
      )
    return questions.map((question, i) => [question, answers[i]])
  } catch (error) {
    const bad = error instanceof Error ? error : new UserError('E_POSTGRES_ANSWER', String(error))
    return fail(group, bad)
  }
}

const fail = ({ questions }: Group, error: Error): Answered[] => questions.map((one) => [one, error])

const keysOf = (questions: readonly Question[]): string[] => questions.map(({ key }) => key)
