import { type Schema, validate } from './schema.ts'

/**
 * A schema whose value is made into something else. Unlike in a transform of Zod, `make` may throw a `UserError` of its
 * own: Zod takes whatever a transform throws for something that it has to wait for.
 */
export function mapSchema<Input, Output, Made>(
  schema: Schema<Input, Output>,
  make: (value: Output) => Made,
): Schema<Input, Made> & { readonly mapped: Schema<Input, Output> } {
  return {
    mapped: schema,
    '~standard': {
      version: 1,
      vendor: 'run-playbook',
      validate: (value) => {
        const result = validate<Output>(schema, value)
        return result.issues === undefined ? { value: make(result.value) } : result
      },
    },
  }
}
