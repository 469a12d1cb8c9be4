import type { ArgsOf, ArgsShape, ValuesOf } from '../core/args-of.ts'
import { UserError } from '../core/errors.ts'
import { type SchemaIssue, describeIssue, issuePath } from '../core/schema-issue.ts'
import { type InputOf, type OutputOf, type Schema, validate } from '../core/schema.ts'
import { didYouMean } from '../core/suggest.ts'
import { guardVars } from './guard-vars.ts'
import { shapeOf } from '../core/schema-shape.ts'

/** Declares vars with types, defaults and descriptions: `z.strictObject({ port: z.int().default(8080) })`. */
export type VarsSchema = Schema<object, object>

/** `vars` as they are written: those with a default may be left out. The comments of the schema stay. */
export type VarsInput<S extends VarsSchema> = S extends {
  readonly shape: infer Shape extends ArgsShape
}
  ? Shown<InputOf<S>, ArgsOf<Shape>>
  : InputOf<S>
/** `vars` in effect. The comments of the schema stay. */
export type VarsOutput<S extends VarsSchema> = S extends {
  readonly shape: infer Shape extends ArgsShape
}
  ? Shown<OutputOf<S>, ValuesOf<Shape>>
  : OutputOf<S>

// A schema that takes any other field is left as it is: its shape does not say so.
type Shown<Inferred, FromShape> = string extends keyof Inferred
  ? Inferred
  : FromShape extends infer Flat
    ? { readonly [Name in keyof Flat]: Flat[Name] }
    : never

/** The schema of each var that is declared. */
export const varSchemas = (schema: VarsSchema): Readonly<Record<string, Schema>> =>
  (shapeOf(schema) ?? {}) as Readonly<Record<string, Schema>>

/** The names that a schema declares. */
export const varNames = (schema: VarsSchema): readonly string[] => Object.keys(varSchemas(schema))

/**
 * `vars` checked against `schema`, defaults filled in: plain frozen data that can be handed on.
 * @throws UserError naming each wrong, missing or misspelled var
 */
export function checkVars<S extends VarsSchema>(
  schema: S,
  vars: unknown,
  where: string,
  at?: string,
): VarsOutput<S> {
  const result = validate(schema, vars)
  if (result.issues === undefined) return guardVars(result.value, schema, where) as VarsOutput<S>
  const names = varNames(schema)
  // A misspelled name also counts as missing under its right one: one mistake, one message.
  const meant = new Set(result.issues.flatMap(({ keys = [] }) => keys.map((key) => didYouMean(key, names))))
  const problems = result.issues
    .filter((issue) => !(isMissing(issue, vars) && meant.has(issuePath(issue))))
    .map((issue) => describe(issue, names))
  throw new UserError('E_BAD_VARS', `${where}: ${problems.join('; ')}`, { at })
}

/** The values of `-e`, as far as the schema has them. @throws UserError naming the option for one that is not allowed */
export function checkExtraVars(schema: VarsSchema, extra: Readonly<Record<string, unknown>>): void {
  for (const [key, expected] of Object.entries(varSchemas(schema))) {
    if (!Object.hasOwn(extra, key)) continue
    const { issues } = validate(expected, extra[key])
    if (issues !== undefined)
      throw new UserError('E_BAD_VARS', `-e ${key}: ${issues.map(describeIssue).join('; ')}`, {
        hint: howToWrite(key, extra[key], issues),
      })
  }
}

/** What somebody meant who wrote a value of `-e` as they do for Ansible. */
function howToWrite(key: string, value: unknown, issues: readonly SchemaIssue[]): string | undefined {
  if (typeof value === 'string' && /\s[A-Za-z_]\w*=/.test(value)) return 'Give each var an -e of its own.'
  const expected = issues.find(({ path = [] }) => path.length === 0)?.expected
  if (expected === 'boolean') return `Write -e ${key}=true or -e ${key}=false.`
  if (expected === 'array') return `Write a list as JSON: -e '${key}=["a", "b"]'`
  if (expected === 'object' || expected === 'record') return `Write it as JSON: -e '${key}={"name": "value"}'`
  return undefined
}

function describe(issue: SchemaIssue, known: readonly string[]): string {
  const { path = [] } = issue
  if (issue.code === 'unrecognized_keys' && path.length === 0)
    return (issue.keys ?? []).map((key) => unknownVar(key, known)).join('; ')
  return `${issuePath(issue) || 'vars'}: ${issue.message}`
}

const isMissing = ({ code, path = [] }: SchemaIssue, vars: unknown): boolean =>
  code === 'invalid_type' && valueAt(vars, path) === undefined

// The issue itself does not tell what it found.
const valueAt = (vars: unknown, path: NonNullable<SchemaIssue['path']>): unknown =>
  path.reduce<unknown>((value, part) => {
    const key = typeof part === 'object' ? part.key : part
    return (value as Record<PropertyKey, unknown> | undefined)?.[key]
  }, vars)

/** "there is no var X, did you mean Y?" */
export function unknownVar(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known)
  const hint = near === undefined ? `declared are ${known.join(', ') || 'none'}` : `did you mean ${near}?`
  return `there is no var ${key}: ${hint}`
}
