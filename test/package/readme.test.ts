import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createEditor } from '../support/editor.ts'

describe('what somebody who installed the package is told', function () {
  it('of tsconfig.json is what init writes', () => {
    const readme = readFileSync('README.md', 'utf8')
    assert.ok(readme.includes(readFileSync('starter/tsconfig.json.in', 'utf8')))
  })

  it('by an editor of the vars of a role, from its declarations', () => {
    const editor = createEditor()
    const text = `import { wireguardRole } from '${resolve('dist/roles/index.js')}'
wireguardRole({ |listenPort: 1 })`
    editor.open(text.replace('|', ''))
    const hover = editor.hover(text.indexOf('|'))
    assert.equal(hover?.text, 'UDP port.')
    assert.equal(hover?.byDefault, '51820')
  })
})
