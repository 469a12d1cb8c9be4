import { markPlain } from '../core/args-key.ts'
import { callSite } from '../core/call-site.ts'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { mistake } from '../core/mistakes.ts'
import { elementOf, innerSchema, shapeOf } from '../core/schema-shape.ts'

/**
 * Freezes vars, and tells of a misspelled name when it is read: it would put the word "undefined" into a file.
 * TypeScript finds most of them before; playbooks are run without asking it, and may be JavaScript.
 *
 * The vars stay plain data. Only their prototype knows the names, and it answers only to names that are nearly one of
 * them: code that asks an unknown object for `then` or `kind` gets undefined, as from any other object.
 */
export function guardVars(vars: unknown, schema: unknown, where: string): unknown {
  const inner = innerSchema(schema)
  if (Array.isArray(vars)) {
    const items = vars.map((item) => guardVars(item, elementOf(inner), where))
    return Object.freeze(items)
  }
  if (!isPlain(vars)) return vars
  const shape = shapeOf(inner)
  const copy: Record<string, unknown> = Object.create(
    shape ? prototypeFor(Object.keys(shape), where) : Object.prototype,
  ) as Record<string, unknown>
  for (const [name, value] of Object.entries(vars))
    copy[name] = guardVars(value, shape?.[name], `${where}, ${name}`)
  return Object.freeze(copy)
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)

/** What code asks of objects that it does not know. */
const ASKED_OF_ANYTHING: ReadonlySet<string> = new Set(
  'then toJSON kind type length size name message stack next done value values get set has nodeType tagName inspect asymmetricMatch $$typeof'.split(
    ' ',
  ),
)

const prototypes = new Map<string, object>()

function prototypeFor(names: readonly string[], where: string): object {
  const key = [where, ...names].join('\0')
  const known = prototypes.get(key)
  if (known !== undefined) return known
  const prototype = new Proxy(Object.prototype, {
    get: function get(target, name, receiver): unknown {
      if (typeof name === 'symbol' || name in target || ASKED_OF_ANYTHING.has(name))
        return Reflect.get(target, name, receiver) as unknown
      const near = names.includes(name) ? undefined : didYouMean(name, names)
      if (near === undefined) return undefined
      const at = callSite(get)
      mistake(new UserError('E_BAD_VARS', `${where}: there is no var ${name}: did you mean ${near}?`, { at }))
      // The next mistakes are looked for as if the right name had been written.
      return Reflect.get(receiver as object, near) as unknown
    },
  })
  markPlain(prototype)
  prototypes.set(key, prototype)
  return prototype
}
