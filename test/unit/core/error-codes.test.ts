import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '../../../lib/core/error-codes.ts'

const FOLDERS = ['lib', 'roles', 'playbooks', 'docker']

/** The codes that stand in the source, with one file that has them. A comment is no use of one. */
function used(): Map<string, string> {
  const found = new Map<string, string>()
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ).filter((file) => file.endsWith('.ts') && !file.startsWith('lib/core/error-codes'))
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replace(/^\s*(\*|\/\*\*|\/\/).*$/gm, '')
    for (const [, code = ''] of text.matchAll(/'(E_[A-Z0-9_]*[A-Z0-9])'/g)) found.set(code, file)
  }
  return found
}

describe('the table of error codes', () => {
  const listed = Object.values(errorCodes).flatMap((codes) => Object.entries(codes))

  it('has every code that the source uses', () => {
    const known = new Set<string>(listed.map(([code]) => code))
    const missing = [...used()].filter(([code]) => !known.has(code))
    assert.deepEqual(missing, [])
  })

  it('has no code that the source does not use', () => {
    const found = used()
    assert.deepEqual(
      listed.map(([code]) => code).filter((code) => !found.has(code)),
      [],
    )
  })

  it('has each code once, with a sentence for what it means and one for what to do', () => {
    assert.equal(new Set(listed.map(([code]) => code)).size, listed.length)
    for (const [code, [means, todo]] of listed) {
      assert.match(means, /\.$/, code)
      assert.match(todo, /\.$/, code)
    }
  })
})
