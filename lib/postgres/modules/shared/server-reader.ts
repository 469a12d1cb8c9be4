import type { ZodType } from 'zod'
import { type Prediction, type Probe, type Reader, ask, predict, readerOfOne } from '../../../core/probe.ts'
import type { Resource } from '../../../core/resource.ts'
import { postgres } from '../../channel.ts'
import { type ServerPart, servedBy, serverPart, serverThing } from '../../resources.ts'
import { textArray } from '../../sql.ts'
import { type PostgresTarget, type ServerAddress, serverName, serverOfName } from '../../target.ts'

/** Reads one kind of thing of a server, many names at once. */
export interface ThingReader<Answer> {
  readonly ask: (on: PostgresTarget, name: string) => Probe<Answer | null>
  readonly predict: (on: PostgresTarget, name: string, answer: Answer | null) => Prediction
}

export interface ThingReaderOptions<Answer> {
  readonly part: ServerPart
  /** One row of one JSON value where the thing exists, for the name `k.name`. */
  readonly select: string
  /** What a host says is checked before anyone plans on it. */
  readonly answer: ZodType<Answer>
  /** What else can change the answer. */
  readonly alsoSees?: ((on: ServerAddress) => readonly Resource[]) | undefined
}

/** A reader of things that have a name. What does not exist answers `null`. */
export function thingReader<Answer>(options: ThingReaderOptions<Answer>): ThingReader<Answer> {
  const { part, select, answer, alsoSees } = options
  const reader: Reader<Answer | null, PostgresTarget> = {
    name: `postgres_${part}`,
    channel: postgres,
    ask: (keys) =>
      `SELECT json_agg((${select}) ORDER BY k.i) FROM unnest(${textArray(keys.map(nameOf))}) WITH ORDINALITY AS k(name, i)`,
    parse: ({ stdout }, keys) => {
      const answers = (JSON.parse(stdout.toString()) ?? []) as unknown[]
      return keys.map((_, i) => checkedOrNull(answer, answers[i] ?? null))
    },
    sees: (key) => {
      const on = serverOf(key)
      return [serverThing(on, part, nameOf(key)), servedBy(on), ...(alsoSees?.(on) ?? [])]
    },
  }
  return {
    ask: (on, name) => ask(reader, keyOf(on, name), on),
    predict: (on, name, value) => predict(reader, keyOf(on, name), value, on),
  }
}

/** Reads one fact of a server. */
export interface ServerReader<Answer> {
  readonly ask: (on: PostgresTarget) => Probe<Answer>
  readonly predict: (on: PostgresTarget, answer: Answer) => Prediction
}

export interface ServerReaderOptions<Answer> {
  /** For messages, such as `postgres_recovery`. */
  readonly name: string
  /** What changes the answer, besides starting and stopping the server. */
  readonly part: ServerPart
  /** One SELECT of one JSON value. */
  readonly select: string
  /** What a host says is checked before anyone plans on it. */
  readonly answer: ZodType<Answer>
}

/**
 * A reader of one fact of a server.
 *
 * @example
 * const recovery = serverReader({
 *   name: 'postgres_recovery',
 *   part: 'recovery',
 *   select: 'SELECT to_json(pg_is_in_recovery())',
 *   answer: z.boolean(),
 * })
 * // in a module: probe: ({ on }) => recovery.ask(on)
 */
export function serverReader<Answer>(options: ServerReaderOptions<Answer>): ServerReader<Answer> {
  const { name, part, select, answer } = options
  const reader = readerOfOne<Answer, PostgresTarget>({
    name,
    channel: postgres,
    ask: () => select,
    parse: ({ stdout }) => checked(answer, JSON.parse(stdout.toString())),
    sees: (key) => [serverPart(serverOfName(key), part), servedBy(serverOfName(key))],
  })
  return {
    ask: (on) => ask(reader, serverName(on), on),
    predict: (on, value) => predict(reader, serverName(on), value, on),
  }
}

// A reader sees only its keys, so each says which server it is about.
const keyOf = (on: PostgresTarget, name: string): string => `${serverName(on)}/${name}`
const serverOf = (key: string): ServerAddress => serverOfName(key.slice(0, key.indexOf('/')))
const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1)

const checkedOrNull = <Answer>(schema: ZodType<Answer>, answer: unknown): Answer | null | Error => {
  try {
    return answer === null ? null : checked(schema, answer)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function checked<Answer>(schema: ZodType<Answer>, answer: unknown): Answer {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw new Error(`unexpected answer of PostgreSQL: ${result.error.message}`)
}
