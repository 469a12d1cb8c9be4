import { readFile, stat } from 'node:fs/promises'

/** A file that others rename into its place: opened and understood again only when there is another one, for a look costs little. */
export function replacedFile<Value>(path: string, understand: (text: string) => Value): () => Promise<Value> {
  let known: { key: string; value: () => Value } | undefined
  return async () => {
    const { mtimeMs, ino, size } = await stat(path)
    const key = `${ino} ${mtimeMs} ${size}`
    if (known?.key !== key) {
      const text = await readFile(path, 'utf8')
      known = { key, value: once(() => understand(text)) }
    }
    return known.value()
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
