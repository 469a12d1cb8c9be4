import { didYouMean } from '../core/suggest.ts'
import { describe, unprintable } from './values.ts'

/** A function that templates can call: `{{name argument …}}`. Pure; throws an Error that says which argument is wrong. */
export interface Helper {
  /** Fewest and most arguments. */
  readonly takes: readonly [number, number]
  readonly run: (...args: unknown[]) => unknown
  /** Whether it is one of the project. */
  readonly own?: boolean
}

/**
 * What configuration files need beside `{{#if}}`, `{{#unless}}`, `{{#each}}` and `{{#with}}`; anything more is better
 * computed in TypeScript and handed over as a variable.
 *
 * | call | gives |
 * |---|---|
 * | `{{join list ", "}}` | the items, with `, ` between them unless told otherwise |
 * | `{{#if (eq role "primary")}}` | whether both are the same, of the same type |
 * | `{{quote text}}` | `'it''s'`: a value in postgresql.conf |
 * | `{{json value 2}}` | JSON, indented by so many blanks |
 * | `{{default port 5432}}` | the second where the first is null or undefined |
 * | `{{lookup ports name}}` | the field of that name |
 * | `{{{{raw}}}} {{ .Go }} {{{{/raw}}}}` | the text between, untouched |
 */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>([
  ['join', { takes: [1, 2], run: join }],
  ['eq', { takes: [2, 2], run: eq }],
  ['quote', { takes: [1, 1], run: quote }],
  ['json', { takes: [1, 2], run: json }],
  ['default', { takes: [2, 2], run: (value, otherwise) => value ?? otherwise }],
  ['lookup', { takes: [2, 2], run: lookup }],
])

function join(list: unknown, separator: unknown = ', '): string {
  if (!Array.isArray(list)) throw new Error(`can't join ${describe(list)}: it takes a list`)
  return list.map((item) => text(item, 'join', 'in the list')).join(text(separator, 'join', 'as separator'))
}

function eq(a: unknown, b: unknown): boolean {
  for (const value of [a, b]) {
    // Two lists are never the same object, so the answer would always be no.
    if (typeof value === 'object' && value !== null) throw new Error(`can't compare ${describe(value)}`)
  }
  return a === b
}

/** PostgreSQL reads backslash escapes in its configuration file, and no line breaks. */
function quote(value: unknown): string {
  const escaped = text(value, 'quote').replaceAll('\\', '\\\\').replaceAll("'", "''")
  return `'${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
}

function json(value: unknown, indent: unknown = 0): string {
  if (value === undefined) throw new Error(`can't make JSON of undefined`)
  return JSON.stringify(value, undefined, indent as number)
}

function lookup(object: unknown, key: unknown): unknown {
  if (typeof object !== 'object' || object === null) throw new Error(`can't look into ${describe(object)}`)
  const name = text(key, 'look up')
  if (Object.hasOwn(object, name)) return (object as Record<string, unknown>)[name]
  const similar = didYouMean(name, Object.keys(object))
  throw new Error(
    `there is no such field in ${describe(object)}${similar === undefined ? '' : `; did you mean ${similar}?`}`,
  )
}

/** What a value reads like in a file. @throws Error when it has no business there */
function text(value: unknown, verb: string, where = ''): string {
  const problem = unprintable(value)
  if (problem !== undefined) throw new Error(`can't ${verb} ${problem}${where && ` ${where}`}`)
  return String(value)
}
