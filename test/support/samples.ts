import { readFileSync } from 'node:fs'
import * as cluster from '../../lib/cluster/index.ts'
import * as main from '../../lib/index.ts'
import * as postgres from '../../lib/postgres/index.ts'
import * as testing from '../../lib/testing/index.ts'

/** A fenced block of a page. */
export interface Sample {
  readonly page: string
  /** Line of the page. */
  readonly line: number
  readonly language: string
  /** From a comment in the first line: `// playbooks/hello.ts`. */
  readonly path: string | undefined
  readonly text: string
}

const FENCE = /^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm
const PATH = /^(?:\/\/|\{\{!--|#) (\S+\.\w+)(?: --\}\})?\n/

/** The fenced blocks of a page, in order. */
export function samplesOf(page: string): Sample[] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(FENCE)].map(({ 1: language = '', 2: body = '', index }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    language,
    path: PATH.exec(body)?.[1],
    text: body,
  }))
}

const PACKAGES: Readonly<Record<string, object>> = {
  'run-playbook': main,
  'run-playbook/postgres': postgres,
  'run-playbook/cluster': cluster,
  'run-playbook/testing': testing,
}

/**
 * A block without imports is a part of a file: the body of a role's `tasks`, an expression, or the plays of a playbook.
 * It is made into a playbook with what it needs.
 *
 * @param own more names that it may use, with the file that exports them
 */
export function playbookOf(code: string, own: Readonly<Record<string, string>> = {}): string {
  const plays = /^definePlay\(/m.test(code)
  const body = plays
    ? `plays: () => [\n${code}]`
    : `plays: () => [definePlay({ name: 'sample', hosts: 'all', become: false, tasks: () => {\n${code}\n} })]`
  const text = `export default definePlaybook({ description: 'a sample', ${body} })\n`
  return importsFor(text, own) + text
}

/** Import lines for the exported names that a text uses and does not make itself. */
export function importsFor(text: string, own: Readonly<Record<string, string>> = {}): string {
  const made = new Set(
    [...text.matchAll(/\b(?:const|let|function|interface|type) (\w+)|(?<=\{[^}]*)(\w+) as\b/g)].map(
      ([, name]) => name,
    ),
  )
  const taken = new Set(
    [...text.matchAll(/^import (?:type )?\{([^}]*)\}/gm)].flatMap(
      ([, names = '']) => names.match(/\w+/g) ?? [],
    ),
  )
  const used = new Set(
    text.replace(/'(?:[^'\\\n]|\\.)*'/g, '').match(/(?<![\w$]|(?<!\.\.)\.)[A-Za-z]\w*\b(?!\s*:(?!:))/g),
  )
  const wanted = (name: string): boolean => used.has(name) && !made.has(name) && !taken.has(name)
  const lines = Object.entries(own)
    .filter(([name]) => wanted(name))
    .map(([name, file]) => `import { ${name} } from '${file}'`)
  for (const [from, exported] of Object.entries(PACKAGES)) {
    const names = Object.keys(exported).filter((name) => wanted(name) && !Object.hasOwn(own, name))
    names.forEach((name) => taken.add(name))
    if (names.length > 0) lines.push(`import { ${names.join(', ')} } from '${from}'`)
  }
  return lines.map((line) => `${line}\n`).join('')
}
