import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { driveTask, proveRole, testShells } from 'run-playbook/testing'
import { line } from '../modules/line.ts'
import { greeting } from '../roles/greeting.ts'

await test('the role greets, and mends what was changed', async () => {
  await proveRole({
    role: (folder) => greeting({ folder: join(folder, 'hello'), whom: 'Ada' }),
    drift: [
      (folder) => rmSync(join(folder, 'hello'), { recursive: true }),
      (folder) => writeFileSync(join(folder, 'hello/greeting'), 'Bye\n'),
      (folder) => chmodSync(join(folder, 'hello'), 0o700),
    ],
    inspect: (folder) => {
      assert.equal(readFileSync(join(folder, 'hello/greeting'), 'utf8'), 'Hello, Ada!\n')
    },
  })
})

for (const [name, shell] of Object.entries(testShells())) {
  await test(`the module writes its line under ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'line-'))
    const done = await driveTask(line('it', { path: join(folder, 'x'), text: 'new' }), shell)
    assert.deepEqual(done.left, [])
    assert.deepEqual(done.wrong, [])
    rmSync(folder, { recursive: true })
  })
}
