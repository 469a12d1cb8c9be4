import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const PROGRAM = `
import { shell } from './lib/modules/index.ts'
import { runTasks } from './lib/testing/index.ts'
const { statuses } = await runTasks([shell('it', { script: 'true' })])
console.log(process.pid, statuses.join())
`
const LOCKS = ['/run/run-playbook.lock', '/var/run/run-playbook.lock', '/tmp/run-playbook.lock'].concat(
  `${process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.()}`}/run-playbook-${process.getuid?.()}.lock`,
  `/tmp/run-playbook-${process.getuid?.()}.lock`,
)

describe('runTasks', () => {
  it('does not take the lock of the machine', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      '--conditions=source',
      '--input-type=module',
      '-e',
      PROGRAM,
    ])
    const [pid = '', statuses] = stdout.trim().split(/ (.*)/)
    assert.equal(statuses, 'it: changed')
    // Whoever takes it writes its name into it, which stays there until the next one comes.
    for (const lock of LOCKS.filter(existsSync))
      assert.doesNotMatch(readFileSync(lock, 'utf8'), new RegExp(`\\bpid ${pid}\\b`), lock)
  })
})
