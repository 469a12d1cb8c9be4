import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPILERS, type Ended, type Packed, pack, run } from '../package/support/consumer.ts'
import { OUTSIDE } from '../support/certificates.ts'

const ROLE = `
import { type Host, copy, defineInventory, definePlay, definePlaybook, defineRole, z as ours } from 'run-playbook'
import { z } from 'zod'
export const inventory = defineInventory({
  vars: z.strictObject({ port: z.int().default(8080), folder: ours.string().optional() }),
  hosts: { here: { connection: 'local', vars: { port: 3 } } },
})
export const hello = defineRole({
  name: 'hello',
  vars: z.strictObject({ path: z.string(), whom: z.string().default('World') }),
  tasks: ({ path, whom }) => [copy('m', { dest: path, content: whom })],
})
export const book = definePlaybook({
  description: 'x',
  vars: z.strictObject({ version: z.string().default('1'), path: z.string() }),
  plays: ({ vars }) => [
    definePlay({ name: 'p', hosts: 'all', become: false, roles: () => [hello({ path: vars.path, whom: vars.version })] }),
  ],
})
export const port = (host: Host): number => host.vars.port
declare module 'run-playbook' {
  interface Register {
    inventory: typeof inventory
  }
}
`
const WRONG = `
import { hello } from './all.ts'
// @ts-expect-error a misspelled var
export const misspelled = () => hello({ path: '/x', whon: 'x' })
`
const OPTIONS = {
  module: 'nodenext',
  target: 'esnext',
  types: ['node'],
  strict: true,
  verbatimModuleSyntax: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

/** Needs the npm registry. */
describe('the package with versions of other things', function () {
  this.timeout(300_000)
  let packed: Packed
  let tools: string
  const folders: string[] = []
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'run-playbook-versions-'))
    folders.push(made)
    return made
  }
  const well = async (ended: Promise<Ended>): Promise<string> => {
    const { code, text } = await ended
    assert.equal(code, 0, text)
    return text
  }
  before(async () => {
    Object.assign(process.env, OUTSIDE)
    packed = pack()
    tools = folder()
    writeFileSync(join(tools, 'package.json'), '{}')
    const names = ['node20@npm:node@20', 'node22@npm:node@22', 'node24@npm:node@24', 'pnpm@10']
    await well(run(tools, 'npm', ['install', '--no-audit', '--no-fund', ...names]))
  })
  after(() => {
    for (const one of folders) rmSync(one, { recursive: true, force: true })
    packed.remove()
  })

  for (const version of ['~4.0.0', '~4.1.0', '^4.0.0']) {
    it(`takes schemas of zod ${version}`, async () => {
      const made = folder()
      const dependencies = {
        'run-playbook': `file:${packed.tarball}`,
        zod: version,
        '@types/node': '^20.19.0',
      }
      const files = {
        'package.json': JSON.stringify({ name: 'x', type: 'module', dependencies }),
        'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] }),
        'all.ts': ROLE,
        'wrong.ts': WRONG,
        'inventory.ts': `export { inventory as default } from './all.ts'`,
        'book.ts': `export { book as default } from './all.ts'`,
      }
      for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text)
      await well(run(made, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund']))
      for (const compiler of Object.values(COMPILERS))
        await well(run(made, 'timeout', ['60', process.execPath, compiler, '-p', '.']))
      const path = join(made, 'written')
      await well(run(made, 'run-playbook', ['./book.ts', '-e', 'version=16', '-e', `path=${path}`]))
      assert.equal(readFileSync(path, 'utf8'), '16')
      const { code, text } = await run(made, 'run-playbook', ['./book.ts', '-e', 'versoin=16'])
      assert.equal(code, 1)
      assert.match(text, /did you mean version/)
    })
  }

  for (const node of ['node20', 'node22', 'node24'])
    for (const manager of ['npm', 'pnpm'])
      it(`makes a project that works under ${node}, installed by ${manager} without scripts`, async () => {
        const made = join(folder(), 'servers')
        const bin = (args: readonly string[], at = made): Promise<Ended> =>
          run(at, join(tools, 'node_modules', node, 'bin/node'), args)
        const installer = folder()
        writeFileSync(join(installer, 'package.json'), '{}')
        await well(
          run(installer, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', packed.tarball]),
        )
        const cli = join(installer, 'node_modules/run-playbook/bin/run-playbook.js')
        await well(bin([cli, 'init', made], installer))
        const manifest = join(made, 'package.json')
        const text = readFileSync(manifest, 'utf8')
        writeFileSync(
          manifest,
          text.replace(/"run-playbook": "[^"]*"/, `"run-playbook": "file:${packed.tarball}"`),
        )
        const program = manager === 'npm' ? 'npm' : join(tools, 'node_modules/.bin/pnpm')
        await well(run(made, program, ['install', '--ignore-scripts']))
        const installed = join(made, 'node_modules/run-playbook/bin/run-playbook.js')
        await well(bin([join(made, 'node_modules/typescript/bin/tsc'), '-p', '.']))
        const own = ['hello', '-e', `folder=${join(made, 'hello')}`]
        await well(bin([installed, ...own, '--check']))
        assert.match(await well(bin([installed, ...own])), /3 changed/)
        assert.match(await well(bin([installed, ...own])), /0 changed/)
        await well(bin([join(made, 'node_modules/tsx/dist/cli.mjs'), '--test', 'test/greeting.test.ts']))
        writeFileSync(join(made, 'main.cjs'), `require('run-playbook').file; require('run-playbook/testing')`)
        await well(bin(['main.cjs']))
        await well(bin([installed, 'lint', '--no-types']))
      })
})
