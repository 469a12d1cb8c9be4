import { UserError } from '../../../../core/errors.ts'
import type { JsonValue } from '../../../shared/json-value.ts'
import type { DataEdit, DataKey } from './args.ts'
import { isList, isObject, sameValue } from './value.ts'

/** A text that holds data. What is changed is changed in the text, and all else of it stays. */
export interface DataText {
  /** The value at a place. Undefined where there is none. @throws UserError for one that JSON cannot say, or that stands elsewhere */
  readonly get: (key: DataKey) => JsonValue | undefined
  /** Sets a value in an object or list that is there. */
  readonly set: (key: DataKey, value: JsonValue) => void
  /** Removes what is there. */
  readonly remove: (key: DataKey) => void
}

/** Makes the changes that are wanted. Where all is as wanted, nothing is called that changes the text. */
export function editData(data: DataText, { key = [], value, values, items, state }: DataEdit): void {
  if (state === 'absent') {
    if (items === undefined) remove(data, key)
    else removeItems(data, key, items)
  } else if (items !== undefined) addItems(data, key, items)
  else if (values === undefined) set(data, key, value ?? null)
  else merge(data, key, values)
}

function merge(data: DataText, key: DataKey, values: { readonly [name: string]: JsonValue }): void {
  const there = lookUp(data, key)
  if (there === undefined || there === null) return set(data, key, values)
  if (!isObject(there)) throw leadsNowhere(key, `is ${kindOf(there)}, not an object`)
  for (const [name, value] of Object.entries(values))
    if (isObject(value)) merge(data, [...key, name], value)
    else set(data, [...key, name], value)
}

function addItems(data: DataText, key: DataKey, items: readonly JsonValue[]): void {
  const there = listAt(data, key)
  if (there === undefined) return set(data, key, distinct(items))
  const missing = distinct(items).filter((item) => !there.some((one) => sameValue(one, item)))
  for (const [i, item] of missing.entries()) data.set([...key, there.length + i], item)
}

function removeItems(data: DataText, key: DataKey, items: readonly JsonValue[]): void {
  const there = listAt(data, key) ?? []
  for (const [i, one] of [...there.entries()].toReversed())
    if (items.some((item) => sameValue(item, one))) data.remove([...key, i])
}

const distinct = (items: readonly JsonValue[]): readonly JsonValue[] =>
  items.filter((item, i) => !items.slice(0, i).some((one) => sameValue(one, item)))

function listAt(data: DataText, key: DataKey): readonly JsonValue[] | undefined {
  const there = lookUp(data, key)
  if (there === undefined || there === null || isList(there)) return there ?? undefined
  throw leadsNowhere(key, `is ${kindOf(there)}, not a list`)
}

function remove(data: DataText, key: DataKey): void {
  if (lookUp(data, key) !== undefined) data.remove(key)
}

/** The value at a place. Undefined also where something on the way is missing. @throws UserError for a way that leads nowhere */
function lookUp(data: DataText, key: DataKey): JsonValue | undefined {
  let there = data.get([])
  for (const [i, part] of key.entries()) {
    if (there === undefined || there === null) return undefined
    const above = key.slice(0, i)
    if (isList(there) && typeof part !== 'number') throw leadsNowhere(above, 'is a list: use a position')
    if (isObject(there) && typeof part === 'number') throw leadsNowhere(above, 'is an object: use a name')
    if (!isList(there) && !isObject(there))
      throw leadsNowhere(above, `is ${kindOf(there)}, and ${JSON.stringify(part)} cannot be in it`)
    there = data.get(key.slice(0, i + 1))
  }
  return there
}

function set(data: DataText, key: DataKey, value: JsonValue): void {
  const there = lookUp(data, key)
  if (there !== undefined && sameValue(there, value)) return
  // What is missing on the way is made together with the value.
  let place = key
  let made = value
  while (place.length > 0) {
    const above = data.get(place.slice(0, -1))
    const part = place.at(-1)
    if (isList(above) && typeof part === 'number' && part > above.length)
      throw leadsNowhere(
        place.slice(0, -1),
        `is a list of length ${above.length}: the next position is ${above.length}`,
      )
    if (above !== undefined && above !== null) break
    if (typeof part === 'number' && part > 0)
      throw leadsNowhere(place.slice(0, -1), 'is not there: the first position of a list is 0')
    made = typeof part === 'number' ? [made] : { [part ?? '']: made }
    place = place.slice(0, -1)
  }
  data.set(place, made)
}

export const leadsNowhere = (key: DataKey, why: string): UserError =>
  new UserError('E_BAD_KEY', `what stands at ${showKey(key)} ${why}`, {
    hint: 'Correct key, or set the value above it as a whole.',
  })

/** A place as people write it. */
export const showKey = (key: DataKey): string =>
  key.length === 0 ? 'the top of the file' : key.map((part) => JSON.stringify(part)).join(' → ')

const kindOf = (value: JsonValue): string =>
  isList(value)
    ? 'a list'
    : isObject(value)
      ? 'an object'
      : typeof value === 'string'
        ? 'a text'
        : typeof value === 'number'
          ? 'a number'
          : String(value)
