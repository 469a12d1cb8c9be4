import { type SchemaIssue, plainIssues } from './schema-issue.ts'

/**
 * What the library needs of a schema: the interface that Zod, Valibot and ArkType share (https://standardschema.dev).
 * Structural on purpose: a project may have another version of Zod than this library.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

/** What is written: defaults may be left out. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input']
/** What the schema makes of it: defaults are filled in. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/** Validates at once. @throws TypeError for a schema that has to wait for something: checking is pure */
export function validate<Output>(schema: Schema<unknown, Output>, value: unknown): SchemaResult<Output> {
  if (isZod(schema)) {
    const { success, data, error } = schema.safeParse(value)
    if (success) return { value: data as Output }
    return { issues: plainIssues(error?.issues ?? []) }
  }
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) throw new TypeError('a schema must not wait for anything')
  return result
}

// Zod's own standard interface turns what a schema throws into a promise.
const isZod = (
  schema: object,
): schema is {
  safeParse(value: unknown): {
    success: boolean
    data?: unknown
    error?: { issues: readonly SchemaIssue[] }
  }
} => 'safeParse' in schema && typeof schema.safeParse === 'function'
