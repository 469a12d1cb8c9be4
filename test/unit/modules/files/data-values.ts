import fc from 'fast-check'
import type { DataKey, JsonValue } from '../../../../lib/modules/index.ts'
import { isList, isObject } from '../../../../lib/modules/files/shared/data-file/value.ts'

/** Some data, a place in it or beside what is there, and a value for that place. */
export interface Keyed {
  readonly data: JsonValue
  readonly key: DataKey
  readonly value: JsonValue
}

/** As a program reads it again. */
const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue

export const keyed = (): fc.Arbitrary<Keyed> =>
  fc
    .record({
      data: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      other: fc.string(),
      value: fc.jsonValue({ maxDepth: 2 }),
    })
    .map(({ data, picks, other, value }) => ({
      data: json(data),
      key: walk(json(data), picks, other),
      value: json(value),
    }))

function walk(data: JsonValue, picks: readonly number[], other: string): DataKey {
  const key: (string | number)[] = []
  let there: JsonValue | undefined = data
  for (const pick of picks) {
    if (isList(there)) {
      key.push(pick % (there.length + 1))
      there = there[pick % (there.length + 1)]
    } else if (isObject(there)) {
      const names = [...Object.keys(there), other]
      const name = names[pick % names.length] ?? other
      key.push(name)
      there = Object.hasOwn(there, name) ? there[name] : undefined
    } else return key
  }
  return key
}

/** The data with another value at a place, or without one. */
export function changed(data: JsonValue, [part, ...rest]: DataKey, value: JsonValue | undefined): JsonValue {
  if (isList(data) && typeof part === 'number') {
    const [item] = data.slice(part, part + 1)
    return rest.length > 0
      ? data.with(part, changed(item ?? null, rest, value))
      : data.toSpliced(part, 1, ...(value === undefined ? [] : [value]))
  }
  const entries = new Map(Object.entries(data ?? {}))
  const name = String(part)
  const inner = rest.length > 0 ? changed(entries.get(name) ?? null, rest, value) : value
  if (inner === undefined) entries.delete(name)
  else entries.set(name, inner)
  return Object.fromEntries(entries)
}
