import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const sources = ['lib', 'roles', 'playbooks']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((file) => file.endsWith('.ts') && !/^lib\/(core|engine)\//.test(file))
  .map((file) => readFileSync(file, 'utf8'))

/** Top-level declarations: what is made from a kind by name, such as `serverPart`. */
const declarations = sources.flatMap((text) =>
  [
    ...text.matchAll(
      /^(?:export )?(?:const|function) (\w+)[\s\S]*?(?=\n(?:export |const |function |\/\*\*|interface |type |\}$|$(?![\s\S])))/gm,
    ),
  ].map(([body, name]) => ({ name: name as string, body })),
)

/** The name of a kind and of everything that is made from it, through any number of steps. */
function madeFrom(kind: string): Set<string> {
  const names = new Set([kind])
  for (let before = 0; before !== names.size;) {
    before = names.size
    for (const { name, body } of declarations)
      if (returnsResources(body) && [...names].some((one) => mentions(body, one))) names.add(name)
  }
  return names
}

const returnsResources = (body: string): boolean => /\bResource(Kind)?\b/.test(body.slice(0, 200))

const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)

/** What stands behind a word: the value of a property, or the body of a function of that name. */
const behind = (word: RegExp, length: number): string =>
  sources
    .flatMap((text) => [...text.matchAll(word)].map(({ index }) => text.slice(index, index + length)))
    .join('\n')

const seen = behind(/\b(?:sees|alsoSees)\b/g, 500)
const touched = behind(/\b(?:touches\w*|\w+Touches|TOUCHED|forget)\b/g, 700)

describe('every kind of resource', () => {
  const kinds = sources.flatMap((text) => [
    ...text.matchAll(/const (\w+)(?:: ResourceKind)? = defineResourceKind\('([\w-]+)'/g),
  ])
  for (const [, name = '', kind = ''] of [...kinds, ['', 'paths', 'path']]) {
    it(`${kind} is seen by a reader and touched by a task`, () => {
      const names = [...madeFrom(name)]
      assert.ok(
        names.some((one) => mentions(seen, one)),
        `no reader sees ${kind}: touching it does nothing`,
      )
      assert.ok(
        names.some((one) => mentions(touched, one)),
        `nothing touches ${kind}: seeing it is of no use`,
      )
    })
  }

  it('is known to this test', () => assert.ok(kinds.length >= 12, `${kinds.length} kinds`))
})
