import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { replaceFile } from '../../../../lib/modules/shared/replace-file.ts'
import { SHELLS, run, useTemp } from '../driver.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`replaceFile, in ${name}`, () => {
    const temp = useTemp()
    const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8)

    it('makes a file that is not there', async () => {
      const path = join(temp(), 'a file')
      const { code, stderr } = await run(shell, replaceFile(path, 'one\n'))
      assert.equal(code, 0, stderr.toString())
      assert.equal(readFileSync(path, 'utf8'), 'one\n')
      assert.equal(modeOf(path), '644')
      assert.deepEqual(readdirSync(temp()), ['a file'])
    })

    it('keeps the mode of a file that is there', async () => {
      const path = join(temp(), 'file')
      writeFileSync(path, 'old')
      chmodSync(path, 0o640)
      assert.equal((await run(shell, replaceFile(path, 'new'))).code, 0)
      assert.equal(readFileSync(path, 'utf8'), 'new')
      assert.equal(modeOf(path), '640')
    })

    it('makes a file with a secret that only its owner may read', async () => {
      const path = join(temp(), 'key')
      const step = replaceFile(path, new Secret('key', 'correct horse'))
      assert.equal((await run(shell, step)).code, 0)
      assert.equal(readFileSync(path, 'utf8'), 'correct horse')
      assert.equal(modeOf(path), '600')
      assert.ok(!step.script.includes('correct horse'))
    })

    it('leaves a link alone', async () => {
      const path = join(temp(), 'link')
      symlinkSync('elsewhere', path)
      const { code, stderr } = await run(shell, replaceFile(path, 'new'))
      assert.equal(code, 1)
      assert.match(stderr.toString(), /is a link/)
      assert.ok(lstatSync(path).isSymbolicLink())
    })
  })
}
