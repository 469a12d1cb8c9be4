import type { Schema } from '../core/schema.ts'
import { validate } from '../core/schema.ts'

/** The parts of a Zod schema that say what may be written. Other schemas have none of them. */
interface ZodLike {
  readonly description?: string | undefined
  readonly def?: {
    readonly type?: string
    readonly innerType?: ZodLike
    readonly in?: ZodLike
    readonly options?: readonly ZodLike[]
    readonly entries?: Readonly<Record<string, string | number>>
    readonly values?: readonly unknown[]
  }
}

/** What may be written for a var: `web|worker`, `true|false`, `NUMBER`, `TEXT` or `JSON`. */
export function typeWords(schema: Schema): string {
  const words = [...new Set(wordsOf(schema as ZodLike))]
  return words.filter((word) => !(words.includes('yes') && BOOLEANS.includes(word))).join('|')
}

/** Not worth a word beside `yes` and `no`. */
const BOOLEANS = ['true', 'false']

function wordsOf({ def = {} }: ZodLike): readonly string[] {
  if (def.options !== undefined) return def.options.flatMap(wordsOf)
  if (def.entries !== undefined) return Object.values(def.entries).map(String)
  if (def.values !== undefined) return def.values.map(String)
  const inner = def.innerType ?? def.in
  if (inner !== undefined) return wordsOf(inner)
  return def.type === undefined ? ['VALUE'] : (WORDS[def.type] ?? ['JSON'])
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  string: ['TEXT'],
  number: ['NUMBER'],
  boolean: BOOLEANS,
  unknown: ['VALUE'],
  any: ['VALUE'],
}

/** `schema.describe('…')`, wherever in the schema that is. */
export function descriptionOf(schema: unknown): string | undefined {
  const { description, def } = schema as ZodLike
  const inner = def?.innerType ?? def?.in
  return description ?? (inner === undefined ? undefined : descriptionOf(inner))
}

/** Whether a run refuses to do without the var. */
export const isRequired = (schema: Schema): boolean => validate(schema, undefined).issues !== undefined

/** `(required)`, `(default: web)`, or nothing where a var may be left out. */
export function defaultWords(schema: Schema): string {
  const left = validate(schema, undefined)
  if (left.issues !== undefined) return '(required)'
  const { value } = left
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === undefined || text === '{}') return ''
  const isYes = typeof value === 'boolean' && typeWords(schema).includes('yes')
  return `(default: ${isYes ? (value ? 'yes' : 'no') : text})`
}
