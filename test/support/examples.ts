import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as values from './example-values.ts'
import { importsFor } from './samples.ts'

/** What an `@example` in a comment says, as a module of its own. */
export interface Example {
  readonly file: string
  readonly line: number
  readonly source: string
  /** It can be loaded without doing anything to this machine, and without a file that is not there. */
  readonly loads: boolean
}

const VALUES = '../../support/example-values.ts'

/** How an example imports a file of the repository: it lies in a folder below test/unit. */
const importPath = (file: string): string => `../../../${file}`
const VALUE_NAMES = Object.keys(values)

/** All examples below a folder that span lines of their own. */
export function examplesIn(folder: string): Example[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  return files.flatMap((name) => {
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/^ *\/\*\*\n(?: *\*.*\n)*? *\*\//gm)].flatMap(({ 0: comment, index }) => {
      const line = text.slice(0, index).split('\n').length
      return blocksOf(comment).map((code) => ({ file, line, ...moduleOf(file, text, code) }))
    })
  })
}

function blocksOf(comment: string): string[] {
  const lines = comment
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(/^ *\* ?/, ''))
  const blocks: string[][] = []
  let open = false
  for (const line of lines) {
    if (line.startsWith('@')) open = false
    if (open) blocks.at(-1)?.push(line)
    // A value beside the tag is an example of an argument.
    if (/^@example(?: [A-Z][^'"]*:)?$/.test(line)) {
      open = true
      blocks.push([])
    }
  }
  return blocks
    .map((block) => block.join('\n').replaceAll('*\\/', '*/').trim())
    .filter((code) => code !== '' && !code.includes('declare module'))
}

function moduleOf(file: string, text: string, code: string): Pick<Example, 'source' | 'loads'> {
  const isModule = /^(export default|import|declare module|export )/m.test(code)
  const body = isModule ? code : `export const example = async () => {\n${code}\n}\nvoid example\n`
  const own = Object.fromEntries([
    ...VALUE_NAMES.map((name) => [name, VALUES]),
    ...[...text.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm)].map(([, name = '']) => [
      name,
      importPath(file),
    ]),
  ]) as Record<string, string>
  const types = typeImports(file, text, body)
  return { source: `${importsFor(body, own)}${types}${body}\nexport {}\n`, loads: !/\bthrow\b/.test(code) }
}

/** Types of the package, and of the file that has the comment. */
function typeImports(file: string, text: string, body: string): string {
  const known = new Map<string, string>()
  for (const [from, index] of [
    ['run-playbook/postgres', 'lib/postgres/index.ts'],
    ['run-playbook', 'lib/index.ts'],
  ] as const)
    for (const [, name = ''] of readFileSync(index, 'utf8').matchAll(/\btype (\w+)/g)) known.set(name, from)
  for (const [, name = ''] of text.matchAll(/^export (?:interface|type) (\w+)/gm))
    known.set(name, importPath(file))
  const made = new Set([...body.matchAll(/\b(?:interface|type|class) (\w+)/g)].map(([, name]) => name))
  const used = new Set(body.match(/\b[A-Z]\w*\b/g))
  return [...known]
    .filter(([name]) => used.has(name) && !made.has(name) && !new RegExp(`new ${name}\\b`).test(body))
    .map(([name, from]) => `import type { ${name} } from '${from}'\n`)
    .join('')
}

/** Calls the example's function, if it has one: what it makes is checked as its arguments are. */
export const runs = (module: object): unknown =>
  'example' in module && typeof module.example === 'function'
    ? (module.example as () => unknown)()
    : undefined
