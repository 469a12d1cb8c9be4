import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Project, project, runCli } from '../../support/cli.ts'

describe('lint and the types of a project', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    // Of files of its own, which need nothing else: all types of the package would take half a minute.
    own = project({
      'tsconfig.json': '{"compilerOptions":{"types":[]},"include":["types"]}',
      'types/wrong.ts': "export const port: number = 'x'\n",
    })
    symlinkSync(resolve('node_modules/typescript'), join(own.folder, 'node_modules/typescript'))
  })
  after(() => own.remove())
  const lint = async () => (await runCli(own, ['lint'])).stdout

  it('names the line of a wrong type', async () => {
    assert.match(
      await lint(),
      /^error {2}types\/wrong\.ts:1: Type 'string' is not .*\n.*the types: 1 wrong$/m,
    )
  })

  it('says that no types were checked where a file has a syntax error', async () => {
    own.write('types/half.ts', '\nexport const half = [\n')
    const said = await lint()
    assert.match(said, /^error {2}types\/half\.ts:3: '\]' expected/m)
    assert.match(said, /^note .*the types of no file were checked: TypeScript parses all files first$/m)
    assert.match(said, /^the inventory, 0 playbooks: \d wrong$/m)
  })
})
