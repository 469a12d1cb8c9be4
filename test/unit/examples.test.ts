import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { examplesIn, runs } from '../support/examples.ts'

const FOLDER = 'test/unit/.examples'
const FOLDERS = [
  'core',
  'playbook',
  'modules',
  'postgres',
  'pgbackrest',
  'transport/connections',
  'templates',
  'testing',
]

/** Need what this machine does not have: a server, a host, a file. */
const ELSEWHERE = /templates\/nginx|createTransport|openSecrets|processLink|new URL\(|files\/nginx/

describe('the examples in comments', function () {
  this.timeout(240_000)
  const examples = FOLDERS.flatMap((folder) => examplesIn(`lib/${folder}`))
  const pathOf = (index: number): string => join(FOLDER, `example-${index}.ts`)

  before(() => {
    mkdirSync(FOLDER, { recursive: true })
    examples.forEach(({ source }, i) => writeFileSync(pathOf(i), source))
    const config = {
      extends: '../../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['*.ts'],
    }
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config))
  })
  after(() => rmSync(FOLDER, { recursive: true, force: true }))

  it('compile', async () => {
    assert.ok(examples.length > 40)
    const said = await promisify(execFile)(process.execPath, [
      'node_modules/typescript/bin/tsc',
      '--noEmit',
      '-p',
      FOLDER,
    ]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    )
    const named = said.replace(/^\S*example-(\d+)\.ts/gm, (_, i: string) => {
      const example = examples[Number(i)]
      return `${example?.file}:${example?.line}`
    })
    assert.equal(named, '')
  })

  for (const [i, { file, line, source, loads }] of examples.entries()) {
    if (!loads || ELSEWHERE.test(source) || file.startsWith('lib/testing/')) continue
    it(`run: ${file}:${line}`, async () => {
      await runs((await import(pathToFileURL(resolve(pathOf(i))).href)) as object)
    })
  }
})
