import { isSecret } from './secret.ts'

const ids = new WeakMap<object, number>()
let next = 0

/** Objects that are told apart by identity. */
function idOf(value: object): number {
  let id = ids.get(value)
  if (id === undefined) ids.set(value, (id = next++))
  return id
}

/**
 * The same text for equal arguments.
 * @returns undefined for values that text cannot tell apart
 */
export function argsKey(value: unknown): string | undefined {
  try {
    return write(value, 0)
  } catch {
    return undefined
  }
}

/** Prototypes of objects that are as good as plain ones. */
const plain = new WeakSet<object>()

/** Objects with this prototype are told apart by their own fields alone. */
export function markPlain(prototype: object): void {
  plain.add(prototype)
}

class NoKey extends Error {}

const DEEPEST = 12

function write(value: unknown, depth: number): string {
  if (depth > DEEPEST) throw new NoKey()
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : writeObject(value, depth)
    default:
      throw new NoKey()
  }
}

function writeObject(value: object, depth: number): string {
  if (isSecret(value) || Buffer.isBuffer(value)) return `#${idOf(value)}`
  if (value instanceof URL) return `url ${value.href}`
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join()}]`
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== Object.prototype && prototype !== null && !plain.has(prototype)) throw new NoKey()
  const fields = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${write(item, depth + 1)}`,
  )
  return `{${fields.join()}}`
}
