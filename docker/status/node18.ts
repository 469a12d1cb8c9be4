// Debian 12's Node is 18, which can neither sort nor reverse a copy. Runs before the bundle; later ones have both.
const missing = {
  toSorted<T>(this: readonly T[], compare?: (a: T, b: T) => number): T[] {
    return Array.from(this).sort(compare)
  },
  toReversed<T>(this: readonly T[]): T[] {
    return Array.from(this).reverse()
  },
}

for (const [name, value] of Object.entries(missing))
  if (!(name in Array.prototype)) Object.defineProperty(Array.prototype, name, { value, writable: true })

export {}
