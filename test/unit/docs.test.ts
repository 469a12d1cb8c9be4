import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const FOLDER = 'test/unit/.samples'

/** The TypeScript samples of a page. */
const samples = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string)

describe('the documentation', () => {
  before(() => mkdirSync(FOLDER, { recursive: true }))
  after(() => rmSync(FOLDER, { recursive: true, force: true }))

  it('has samples that compile', async function () {
    this.timeout(120_000)
    const found = samples('README.md')
    assert.ok(found.length >= 3)
    found.forEach((code, i) => writeFileSync(join(FOLDER, `readme-${i}.ts`), code))
    const config = { extends: '../../../tsconfig.json', include: ['*.ts', '../../../inventory.ts'] }
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config))
    const tsc = promisify(execFile)('npx', ['tsc', '--noEmit', '-p', FOLDER]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    )
    assert.equal(await tsc, '')
  })
})
