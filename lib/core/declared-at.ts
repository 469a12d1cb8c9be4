/** Where plays and inventories are declared. */
const places = new WeakMap<object, string>()

/** Keeps `file:line` of the declaration. @returns what was declared */
export function declared<T extends object>(what: T, at: string): T {
  places.set(what, at)
  return what
}

/** Undefined where it was not made by one of our functions. */
export const declaredAt = (what: object): string | undefined => places.get(what)
