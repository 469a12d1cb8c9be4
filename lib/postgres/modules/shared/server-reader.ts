import type { ZodType } from 'zod'
import type { PostgresTarget } from '../../target.ts'
import { type Prediction, type Probe, type Reader, ask, predict } from '../../../core/probe.ts'
import type { Resource } from '../../../core/resource.ts'
import { textArray } from '../../sql.ts'

/** Reads one kind of thing of a server, many names at once. */
export interface ServerReader<Answer> {
  readonly ask: (on: PostgresTarget, name: string) => Probe<Answer | null>
  readonly predict: (on: PostgresTarget, name: string, answer: Answer | null) => Prediction
}

export interface ServerReaderOptions<Answer> {
  /** `slot`: the reader is `postgres_slot`, the thing `postgres:/10.88.0.11:5432/slot/NAME`. */
  readonly kind: string
  /** One row of one JSON value where the thing exists, for the name `k.name`. */
  readonly select: string
  /** A host is data: what it says is checked before anyone plans on it. */
  readonly answer: ZodType<Answer>
  /** What else can change the answer. */
  readonly alsoSees?: (on: string) => readonly Resource[]
}

/** A reader of things that have a name. What does not exist answers `null`. */
export function serverReader<Answer>(options: ServerReaderOptions<Answer>): ServerReader<Answer> {
  const { kind, select, answer, alsoSees } = options
  const reader: Reader<Answer | null> = {
    name: `postgres_${kind}`,
    channel: 'postgres',
    ask: (keys) =>
      `SELECT json_agg((${select}) ORDER BY k.i) FROM unnest(${textArray(keys.map(nameOf))}) WITH ORDINALITY AS k(name, i)`,
    parse: ({ stdout }, keys) => {
      const answers = (JSON.parse(stdout.toString()) ?? []) as unknown[]
      return keys.map((_, i) => checked(answer, answers[i] ?? null))
    },
    sees: (key) => [thing(kind, key), ...(alsoSees?.(serverOf(key)) ?? [])],
  }
  return {
    ask: (on, name) => ask(reader, keyOf(on, name), on),
    predict: (on, name, value) => predict(reader, keyOf(on, name), value, on),
  }
}

/** What a task touches: `postgresThing(on, 'slot', 'node_b')`. */
export const postgresThing = (on: PostgresTarget, kind: string, name: string): Resource =>
  thing(kind, keyOf(on, name))

/** All that a server has. */
export const wholeServer = (on: PostgresTarget): Resource => `postgres:/${server(on)}/**`

/** The key of a question: a reader sees only its keys, and has to say which server it looks at. */
export const keyOf = (on: PostgresTarget, name: string): string => `${server(on)}/${name}`
export const serverOf = (key: string): string => key.slice(0, key.indexOf('/'))
export const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1)

const server = ({ host, port = 5432 }: PostgresTarget): string => `${host}:${port}`
const thing = (kind: string, key: string): Resource =>
  `postgres:/${serverOf(key)}/${kind}/${encodeURIComponent(nameOf(key))}`

function checked<Answer>(schema: ZodType<Answer>, answer: unknown): Answer | null | Error {
  if (answer === null) return null
  const result = schema.safeParse(answer)
  return result.success ? result.data : new Error(`unexpected answer of PostgreSQL: ${result.error.message}`)
}
