import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { COMPILERS, type Consumer, type Packed, consumer, pack } from './support/consumer.ts'

/** As `tsc --init` of TypeScript 5.9 and 7 writes it, with types of Node.js. */
const NEW_PROJECT = {
  module: 'nodenext',
  target: 'esnext',
  types: ['node'],
  sourceMap: true,
  declaration: true,
  declarationMap: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  strict: true,
  jsx: 'react-jsx',
  verbatimModuleSyntax: true,
  isolatedModules: true,
  noUncheckedSideEffectImports: true,
  moduleDetection: 'force',
  skipLibCheck: false,
  outDir: 'out',
  rewriteRelativeImportExtensions: true,
}

/** What somebody writes who exports everything. */
const EXPORTS = {
  'inventory.ts': `
import { defineInventory, z } from 'run-playbook'
export default defineInventory({
  vars: z.strictObject({ port: z.int().default(8080) }),
  hosts: { 'web-1': { address: '10.0.0.1', vars: { port: 3 } } },
  groups: { web: { hosts: ['web-1'] } },
})`,
  'plain.ts': `
import { defineInventory } from 'run-playbook'
export default defineInventory({ hosts: { a: {} } })`,
  'module.ts': `
import { ask, defineModule, defineFact, differences, paths, readerOfOne, sh, z } from 'run-playbook'
export const zone = readerOfOne({
  name: 'zone',
  ask: () => 'readlink /etc/localtime',
  parse: ({ stdout }) => stdout.toString(),
  sees: () => [paths.at('/etc/localtime')],
})
export const timezone = defineModule({
  name: 'timezone',
  args: z.strictObject({ zone: z.string() }),
  probe: () => ask(zone, ''),
  plan: (args, current) => ({ changes: differences({ zone: args.zone }, { zone: current }) }),
  apply: (args) => [{ script: sh\`ln -sfn \${args.zone} /etc/localtime\` }],
})`,
  'role.ts': `
import * as all from 'run-playbook'
import { z } from 'run-playbook'
import { postgresPrimary } from 'run-playbook/roles'
import { postgresRole } from 'run-playbook/postgres'
import { proveRole } from 'run-playbook/testing'
export const hello = all.defineRole({
  name: 'hello',
  vars: z.strictObject({ whom: z.string().default('World'), times: z.int() }),
  tasks: ({ whom, times }) => [all.copy('m', { dest: '/tmp/x', content: whom + String(times) })],
})
export const folder = all.file('folder', { path: '/srv/x', state: 'directory' })
export const kernel = all.command('kernel', { argv: ['uname'], changes: false })
export const text = all.copy('text', { dest: '/x', content: '' })
export const unit = all.service('unit', { name: 'x', state: 'started' })
export const debs = all.packages('debs', { names: ['x'] })
export const web = all.docker('web', { name: 'web', image: 'x' })
export const later = all.from(kernel, ({ stdout }) => ({ path: stdout }))
export const both = all.group({}, [folder, text])
export const os = all.facts.os('os')
export const everything = { postgresPrimary, postgresRole, proveRole, facts: all.facts, docker: all.docker }`,
  'playbook.ts': `
import { definePlay, definePlaybook, z } from 'run-playbook'
import { hello } from './role.ts'
export default definePlaybook({
  description: 'x',
  vars: z.strictObject({ a: z.string().default('') }),
  plays: ({ vars }) => [definePlay({ name: 'p', hosts: 'all', roles: () => [hello({ times: vars.a.length })] })],
})`,
}

describe('the types of the installed package', function () {
  let packed: Packed
  const projects: Consumer[] = []
  before(() => {
    packed = pack()
  })
  after(() => {
    for (const project of projects) project.remove()
    packed.remove()
  })
  const project = (files: Readonly<Record<string, string>>, options: object, manifest?: object): Consumer => {
    const made = consumer(packed, {
      '@types/node': '@types/node',
      '@types/pg': '@types/pg',
      '@types/ssh2': '@types/ssh2',
      'undici-types': 'undici-types',
    })
    projects.push(made)
    for (const [name, text] of Object.entries(files)) made.write(name, text)
    made.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
    if (manifest !== undefined) made.write('package.json', JSON.stringify(manifest))
    return made
  }
  const compiles = async (made: Consumer, compiler: string): Promise<void> => {
    const { code, text } = await made.run(process.execPath, compiler, '-p', '.')
    assert.equal(code, 0, text)
  }

  for (const [version, compiler] of Object.entries(COMPILERS)) {
    it(`can be named in a project of tsc --init, by TypeScript ${version}`, async () => {
      const made = project(EXPORTS, NEW_PROJECT)
      await compiles(made, compiler)
      const declared = readFileSync(`${made.folder}/out/inventory.d.ts`, 'utf8')
      assert.match(declared, /Inventory</)
    })
  }

  it('resolve with module commonjs and moduleResolution node10', async () => {
    const { 'module.ts': module, 'role.ts': role, 'inventory.ts': inventory } = EXPORTS
    const options = { module: 'commonjs', moduleResolution: 'node10', target: 'es2022', strict: true }
    const made = project(
      { 'module.ts': module, 'role.ts': role, 'inventory.ts': inventory },
      { ...options, types: ['node'], skipLibCheck: true, noEmit: true, esModuleInterop: true },
      { name: 'consumer' },
    )
    await compiles(made, COMPILERS['5.9'])
  })

  it('ship no source that stands in the way of a declaration', () => {
    const sources = packed.files.filter((name) => /(?<!\.d)\.ts$/.test(name) && !name.startsWith('starter/'))
    assert.deepEqual(sources, [])
  })

  it('come without source maps, whose sources are not there', () => {
    assert.deepEqual(
      packed.files.filter((name) => name.endsWith('.map')),
      [],
    )
  })

  it('can be required by a program in CommonJS', async () => {
    const made = project({}, {}, { name: 'consumer' })
    made.write(
      'main.cjs',
      `const { file, z } = require('run-playbook'); const names = ['postgres', 'cluster', 'roles', 'testing']
for (const name of names) require('run-playbook/' + name)
console.log(file('x', { path: '/x', state: 'file' }).name, typeof z.string)`,
    )
    const { code, text } = await made.run(process.execPath, 'main.cjs')
    assert.equal(code, 0, text)
    assert.match(text, /x function/)
  })
})
