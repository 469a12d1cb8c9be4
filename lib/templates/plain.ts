import { types } from 'node:util'
import { isDeferred } from '../core/deferred.ts'
import { type Secret, isSecret, reveal } from '../core/secret.ts'

/** Whether a secret was read since it was last set to false. */
export interface Taint {
  secret: boolean
}

/** A value that has no place in a file, such as a promise. It may lie around in the variables, but not be used. */
export class Opaque {
  readonly what: string

  constructor(what: string) {
    this.what = what
  }

  toJSON(): never {
    throw new Error(`there is ${this.what} in it`)
  }
}

/**
 * Contexts are compared with `!=`, as Handlebars does, which asks an object for a primitive and throws when it has none to give.
 * NaN equals nothing, not even a text that happens to read like the object.
 */
const PROTOTYPE = Object.create(null, { [Symbol.toPrimitive]: { value: () => NaN } }) as object

/**
 * The variables as plain data of our own: what a template can reach is what is written there, nothing inherited.
 * Secrets are revealed when they are read, and reading one leaves its mark on `taint`.
 */
export function plain(vars: object, taint: Taint): object {
  return plainValue(vars, taint) as object
}

/** The same of any value. */
export function plainValue(data: unknown, taint: Taint): unknown {
  const copies = new Map<object, object>()

  const copy = (value: unknown): unknown => {
    if (isDeferred(value)) return new Opaque('a value that is known only once other tasks have run')
    if (typeof value === 'function' || typeof value === 'symbol') return new Opaque(`a ${typeof value}`)
    if (typeof value !== 'object' || value === null) return value
    const known = copies.get(value)
    if (known) return known
    if (!isData(value)) return new Opaque(`a ${value.constructor?.name ?? 'special object'}`)
    const fresh = (Array.isArray(value) ? [] : Object.create(PROTOTYPE)) as Record<string, unknown>
    // Before its fields are copied: they may lead back to it.
    copies.set(value, fresh)
    const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
    for (const key of keys) define(fresh, key, (value as Record<string | number, unknown>)[key])
    return fresh
  }

  const define = (target: object, key: string | number, value: unknown): void => {
    const field = isSecret(value) ? { get: () => read(value) } : { value: copy(value) }
    Object.defineProperty(target, key, { ...field, enumerable: true })
  }

  const read = (secret: Secret): string => {
    taint.secret = true
    return reveal(secret)
  }

  return isSecret(data) ? read(data) : copy(data)
}

/** The object with more fields on top; of what is there already nothing is read. */
export function extended(base: object, more: ReadonlyMap<string, { readonly value: unknown }>): object {
  const fields = Object.getOwnPropertyDescriptors(base)
  for (const [key, { value }] of more) {
    // Not assigned: a name may be `__proto__`.
    Object.defineProperty(fields, key, { value: { value, enumerable: true }, enumerable: true })
  }
  return Object.create(PROTOTYPE, fields) as object
}

/** Lists, and objects whose content is their own fields. */
function isData(value: object): boolean {
  if (Array.isArray(value)) return true
  const special =
    types.isPromise(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  return !special && typeof (value as { then?: unknown }).then !== 'function'
}
