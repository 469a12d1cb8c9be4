import { type Entry, type Tree, readTree } from './tree.ts'

/**
 * Compares what is in the folder of a host with what has to be there: every path, its type, mode, content and target.
 *
 * @returns a sentence for each path that is wrong
 */
export function judge(folder: string, expected: Tree): string[] {
  const found = readTree(folder)
  const paths = new Set([...expected.keys(), ...found.keys()])
  return [...paths].flatMap((path) => {
    const wrong = difference(expected.get(path), found.get(path))
    return wrong === undefined ? [] : [`${path} ${wrong}`]
  })
}

function difference(expected: Entry | undefined, found: Entry | undefined): string | undefined {
  if (expected === undefined) return 'should not be there'
  if (found === undefined) return 'is missing'
  if (expected.type !== found.type) return `is a ${found.type}, not a ${expected.type}`
  if (expected.type === 'link' || found.type === 'link') {
    const [to, at] = [expected, found].map((entry) => (entry.type === 'link' ? entry.target : ''))
    return to === at ? undefined : `leads to ${at}, not to ${to}`
  }
  if (expected.mode !== found.mode) return `has mode ${found.mode}, not ${expected.mode}`
  if (expected.type === 'file' && found.type === 'file' && expected.content !== found.content)
    return 'has another content'
  return undefined
}
