import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createEditor } from '../support/editor.ts'

describe('what somebody who installed the package is told', function () {
  it('of tsconfig.json is what init writes', () => {
    const readme = readFileSync('README.md', 'utf8')
    assert.ok(readme.includes(readFileSync('starter/tsconfig.json.in', 'utf8')))
  })

  it('of what an existing project installs is what init writes', () => {
    const readme = readFileSync('README.md', 'utf8')
    const [, installed = ''] = /npm install --save-dev ([^#\n]*)/.exec(readme) ?? []
    const { devDependencies } = JSON.parse(readFileSync('starter/package.json.in', 'utf8')) as {
      devDependencies: Record<string, string>
    }
    assert.deepEqual(installed.trim().split(' ').toSorted(), Object.keys(devDependencies).toSorted())
  })

  it('of CI is what init writes', () => {
    const page = readFileSync('docs/ci.md', 'utf8')
    assert.ok(
      page.includes(`\`\`\`yaml\n${readFileSync('starter/.github/workflows/ci.yml', 'utf8')}\`\`\`\n`),
    )
  })

  it('on its pages can be followed: what they link to is in the package', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
    })
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    const has = (path: string): boolean => paths.some((one) => one === path || one.startsWith(`${path}/`))
    const pages = paths.filter((path) => /^(docs\/)?[\w-]+\.md$/.test(path))
    assert.ok(pages.length > 15)
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, link = '']) => join(dirname(page), link))
        .filter((path) => !has(path))
        .map((path) => `${page}: ${path}`),
    )
    assert.deepEqual(broken, [])
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

  it('by an editor of each argument of a module of their own, from the declarations', () => {
    const editor = createEditor()
    const text = `import { defineFileEdit, fileEditArgs, z } from '${resolve('dist/lib/index.js')}'
const args = z.strictObject({
  ...fileEditArgs,
  /** The word. */
  word: z.string(),
})
const own = defineFileEdit({ name: 'own', args, edit: (text) => text })
own('it', { | })`
    const shown = ['path', 'create', 'validate', 'inPlace', 'backup', 'mode', 'owner', 'group', 'word']
    const silent = shown.filter((name) => {
      editor.open(text.replace('|', `${name}: undefined as never`))
      return !editor.hover(text.indexOf('|'))?.text
    })
    assert.deepEqual(silent, [])
  })
})
