import * as zod from 'zod'

/**
 * Zod for the arguments of modules: a schema is built when it is first used. Zod takes tens of microseconds for each, and the modules
 * that a playbook does not use have more than a thousand.
 */
export * from 'zod'

export const any = lazily(zod.any)
export const array = lazily(zod.array)
export const boolean = lazily(zod.boolean)
export const custom = lazily(zod.custom)
const lazyEnum = lazily(zod.enum)
export { lazyEnum as enum }
const lazyInstanceOf = lazily(zod.instanceof)
export { lazyInstanceOf as instanceof }
export const int = lazily(zod.int)
export const literal = lazily(zod.literal)
export const number = lazily(zod.number)
export const object = lazily(zod.object)
export const record = lazily(zod.record)
export const strictObject = lazily(zod.strictObject)
export const string = lazily(zod.string)
export const tuple = lazily(zod.tuple)
export const union = lazily(zod.union)

/** What makes a schema of a schema. */
const BUILDERS: ReadonlySet<unknown> = new Set(
  `array check default max min nonnegative nullable nullish optional or overwrite pipe positive readonly refine regex
   superRefine transform`.split(/\s+/),
)

/** How each schema that is not built yet is built. */
const builds = new WeakMap<object, () => object>()

/** A function of Zod that gives a schema which is not built yet. */
function lazily<Make extends (...args: never[]) => object>(make: Make): Make {
  return new Proxy(make, {
    apply: (target, _, args: unknown[]) => later(() => Reflect.apply(target, zod, args.map(built))),
  })
}

function later(build: () => object): object {
  let made: object | undefined
  const schema = (): object => (made ??= build())
  const proxy = new Proxy(
    {},
    {
      get: (_, key) => {
        if (!BUILDERS.has(key)) return Reflect.get(schema(), key)
        return (...args: unknown[]) =>
          later(() => Reflect.apply(Reflect.get(schema(), key), schema(), args.map(built)))
      },
      has: (_, key) => key in schema(),
      getPrototypeOf: () => Reflect.getPrototypeOf(schema()),
    },
  )
  builds.set(proxy, schema)
  return proxy
}

/** With the schemas themselves instead of those that are not built yet: Zod is as quick with them as ever. */
function built(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const build = builds.get(value)
  if (build !== undefined) return build()
  if (Array.isArray(value)) return value.map(built)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, built(one)]))
}
