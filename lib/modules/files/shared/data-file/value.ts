import type { JsonValue } from '../../../shared/json-value.ts'

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value)

export const isObject = (value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !isList(value)

/** Whether two values say the same. The order of names does not count. */
export function sameValue(one: JsonValue, other: JsonValue): boolean {
  if (isList(one))
    return (
      isList(other) &&
      one.length === other.length &&
      one.every((item, i) => sameValue(item, other[i] ?? null))
    )
  if (!isObject(one)) return one === other
  if (!isObject(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => {
      const [mine, theirs] = [valueOf(one, name), valueOf(other, name)]
      return mine !== undefined && theirs !== undefined && sameValue(mine, theirs)
    })
  )
}

const valueOf = (value: { readonly [name: string]: JsonValue }, name: string): JsonValue | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined
