/** The parts of a Zod schema that tell which names there are. Other schemas have none of them. */
interface ZodLike {
  /** Of a schema made by `mapSchema`. */
  readonly mapped?: unknown
  readonly shape?: Readonly<Record<string, unknown>>
  readonly def?: {
    readonly type?: string
    readonly innerType?: unknown
    readonly element?: unknown
    readonly in?: unknown
    readonly catchall?: ZodLike
  }
}

/** The fields that an object schema declares; undefined for any other schema, and for one that takes any field. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const { shape, def } = zodLike(schema)
  if (typeof shape !== 'object' || def?.type !== 'object') return undefined
  const { catchall } = def
  return catchall === undefined || catchall.def?.type === 'never' ? shape : undefined
}

/** The schema inside of optional, default and the like. */
export function innerSchema(schema: unknown): unknown {
  const { def } = zodLike(schema)
  return def?.innerType === undefined ? schema : innerSchema(def.innerType)
}

/** The names that may be written for an object schema, whatever is made of it afterwards. */
export function namesOf(schema: unknown): readonly string[] {
  const { def, mapped } = zodLike(schema)
  const inner = def?.innerType ?? def?.in ?? mapped
  return inner === undefined ? Object.keys(shapeOf(schema) ?? {}) : namesOf(inner)
}

/** The schema of the items of a list. */
export const elementOf = (schema: unknown): unknown => zodLike(schema).def?.element

// Nothing is known of what lies below a record or a union.
const zodLike = (schema: unknown): ZodLike => schema ?? {}
