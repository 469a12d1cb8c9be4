import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadInventory, loadPlaybook } from '../../../lib/cli/load.ts'
import { runLocal } from '../../support/run-local.ts'

describe('a mistake in a playbook', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'load-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('that shows when it is loaded is told with its line', async () => {
    const file = join(folder, 'wrong.ts')
    writeFileSync(file, 'const nothing: any = undefined\n\nexport default nothing.at.all\n')
    await assert.rejects(loadPlaybook(file), {
      message: /wrong\.ts could not be loaded: Cannot read properties of undefined \(reading 'at'\)/,
      at: /wrong\.ts:3$/,
    })
    writeFileSync(file, 'export default {\n  a: [\n}\n')
    await assert.rejects(loadPlaybook(file), { message: /wrong\.ts:3/ })
  })

  it('that shows when its plays are made is its own, not a fault of the program', async () => {
    const nothing = undefined as unknown as { at: string }
    const run = runLocal(() => [nothing.at as never])
    await assert.rejects(run, { code: 'E_PLAYBOOK', at: /load\.test\.ts:\d+$/ })
  })
})

describe('a role from a package that is a link', () => {
  it('whose own packages are not there is told with the link, and what to do', async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'load-')))
    const at = (name: string): string => join(root, name)
    try {
      mkdirSync(at('role'))
      writeFileSync(at('role/package.json'), '{"name":"@me/role","type":"module","exports":"./index.js"}')
      writeFileSync(at('role/index.js'), "import { z } from 'run-playbook-none'\nexport const role = z\n")
      mkdirSync(at('project/node_modules/@me'), { recursive: true })
      symlinkSync(at('role'), at('project/node_modules/@me/role'))
      writeFileSync(at('project/site.ts'), "import { role } from '@me/role'\nexport default role\n")
      await assert.rejects(loadPlaybook(at('project/site.ts')), {
        code: 'E_LOAD',
        message: /role\/index\.js imports run-playbook-none, which is not there$/,
        at: /role\/index\.js:1$/,
        hint: `${at('project/node_modules/@me/role')} is a link to ${at('role')}: what it imports is looked for there, not in the project. Install it there: npm install --prefix ${at('role')} run-playbook-none. Or install a copy in the place of the link: npm install --install-links ${at('role')}`,
      })
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})

describe('what a playbook and an inventory both import', () => {
  it('is evaluated once, also when they are loaded at the same time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'load-'))
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    try {
      write(
        'shared.ts',
        `await new Promise((resolve) => setTimeout(resolve, 100))
export const one: object = {}`,
      )
      const uses = (kind: string) =>
        `import { one } from './shared.ts'\nexport default { kind: '${kind}', hosts: {}, groups: {}, one }\n`
      const [playbook, inventory] = await Promise.all([
        loadPlaybook(write('playbook.ts', uses('playbook'))),
        loadInventory(write('inventory.ts', uses('inventory'))),
      ])
      assert.equal(Reflect.get(playbook, 'one'), Reflect.get(inventory, 'one'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('an inventory file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'load-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const written = `{ kind: 'inventory', hosts: { web: {} }, groups: {} }`
  const load = (text: string) => {
    const file = join(folder, 'inventory.ts')
    writeFileSync(file, text)
    return loadInventory(file)
  }

  it('may export the inventory, a function that returns it, or a promise of it', async () => {
    for (const value of [
      written,
      `() => (${written})`,
      `async () => (${written})`,
      `Promise.resolve(${written})`,
    ])
      assert.deepEqual(Object.keys((await load(`export default ${value}\n`)).hosts), ['web'], value)
  })

  it('whose function fails is told with its line', async () => {
    const text = `export default async () => {\n  throw new Error('the cloud does not answer')\n}\n`
    await assert.rejects(load(text), {
      code: 'E_LOAD',
      message: /could not be loaded: the cloud does not answer/,
      at: /inventory\.ts:2$/,
    })
  })

  it('whose function returns something else is refused', async () => {
    await assert.rejects(load('export default async () => ({ hosts: {} })\n'), {
      code: 'E_LOAD',
      message: /is not an inventory/,
    })
  })
})
