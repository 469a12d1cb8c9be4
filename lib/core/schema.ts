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

/** One thing that is wrong with a value. Zod adds `code` and `keys`. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly code?: string | undefined
  readonly keys?: readonly string[] | undefined
}

/** What is written: defaults may be left out. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input']
/** What the schema makes of it: defaults are filled in. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/** Validates at once. @throws TypeError for a schema that has to wait for something: checking is pure */
export function validate<Output>(schema: Schema<unknown, Output>, value: unknown): SchemaResult<Output> {
  if (isZod(schema)) {
    const { success, data, error } = schema.safeParse(value)
    return success ? { value: data as Output } : { issues: error?.issues ?? [] }
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

/** `a.0.b`: where in the value an issue is. */
export const issuePath = ({ path = [] }: SchemaIssue): string =>
  path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')

/** `path: what is wrong`. */
export function describeIssue(issue: SchemaIssue): string {
  const path = issuePath(issue)
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
