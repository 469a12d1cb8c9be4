import type { Node } from 'jsonc-parser'
import { Loaded } from '../../shared/loaded.ts'
import { notValid } from '../shared/data-file/broken.ts'

type Library = typeof import('jsonc-parser')

/** Loaded when the first task needs it. */
export const jsonc = new Loaded<Library>(async () => {
  const library = await import('jsonc-parser')
  // What Node.js makes of a module of the old kind.
  return 'default' in library ? (library.default as Library) : library
})

/** What the text says, and where. Undefined for a text of nothing but spaces and comments. @throws UserError for what is not JSON */
export function parseJson(text: string): Node | undefined {
  const { parseTree, printParseErrorCode } = jsonc.value
  const errors: Parameters<Library['parseTree']>[1] = []
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const [first] = errors ?? []
  if (first !== undefined) throw broken(text, first.offset, words(printParseErrorCode(first.error)))
  if (root !== undefined) assertOnce(text, root)
  return root
}

/** `CommaExpected` becomes `comma expected`. */
const words = (code: string): string => code.replace(/(?<=.)[A-Z]/g, ' $&').toLowerCase()

function broken(text: string, offset: number, why: string): Error {
  const before = text.slice(0, offset).split('\n')
  return notValid('JSON', before.length, (before.at(-1) ?? '').length + 1, why)
}

/** Programs differ in which one they take of two of the same name. */
function assertOnce(text: string, { type, children = [] }: Node): void {
  const names = new Set<unknown>()
  for (const child of children) {
    const [name, value = child] = child.type === 'property' ? (child.children ?? []) : []
    if (type === 'object' && name !== undefined) {
      if (names.has(name.value))
        throw broken(text, name.offset, `the name ${JSON.stringify(name.value)} is there twice`)
      names.add(name.value)
    }
    assertOnce(text, value)
  }
}
