import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DIR } from './support.ts'

/**
 * The inventory that ships, with each edit made in it. Gives back its path.
 * @throws when an edit matches nothing: the test would run against another cluster than it says
 */
export function writeInventory(name: string, ...edits: (readonly [RegExp, string])[]): string {
  const path = resolve(`${DIR}/${name}`)
  let text = readFileSync('inventory.ts', 'utf8').replace(/declare module[\s\S]*/, '')
  for (const [pattern, by] of edits) {
    assert.match(text, pattern, 'inventory.ts has changed')
    text = text.replace(pattern, by)
  }
  writeFileSync(path, text)
  return path
}
