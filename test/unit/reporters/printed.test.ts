import assert from 'node:assert/strict'
import type { Notice, RunEvent } from '../../../lib/core/events.ts'
import { ended, failed, recap } from './events.ts'
import { report } from './terminal.ts'

const uptime = {
  role: '',
  task: 'uptime',
  module: 'command',
  status: 'changed',
  stdout: 'up 3 days\n\x1b[2Jload 0.1\n',
  stderr: 'a warning\n',
} as const

describe('what a task printed', () => {
  it('is shown where the task asks for it, and at -vv', async () => {
    const text = 'node-a  changed  uptime (command)\n    up 3 days\n    load 0.1\n    a warning\n'
    const plain = async (verbosity: number, show: boolean) =>
      (
        await report(
          [
            { type: 'run', playbook: 'x', mode: 'apply', hosts: ['node-a'] },
            ended({ ...uptime, ...(show && { show }) }),
          ],
          { verbosity },
        )
      ).stdout
    assert.equal(await plain(0, true), text)
    assert.equal(await plain(2, false), text)
    assert.equal(await plain(1, false), 'node-a  changed  uptime (command)\n')
  })

  it('is shown of a task that changed nothing', async () => {
    const { stdout } = await report([ended({ ...uptime, status: 'ok', show: true })])
    assert.match(stdout, /up 3 days/)
  })

  it('is always in JSON, and in JUnit', async () => {
    const lines = await report([ended(uptime)], { output: 'json' })
    const task = JSON.parse(lines.stdout) as typeof uptime
    assert.deepEqual([task.stdout, task.stderr], [uptime.stdout, uptime.stderr])
    const { stdout } = await report([ended(uptime)], { output: 'junit' })
    assert.match(stdout, /<system-out>changed\nup 3 days\nload 0\.1<\/system-out>/)
    assert.match(stdout, /<system-err>a warning<\/system-err>/)
  })

  it('comes with the host that did the work, and how often it was tried', async () => {
    const { stdout } = await report([ended({ ...uptime, delegatedTo: 'node-b', attempts: 3 })])
    assert.match(stdout, /uptime \(command on node-b\) {2}after 3 attempts/)
  })
})

describe('a failure', () => {
  const script = {
    module: 'shell',
    task: 'migrate',
    error: { code: 'E_STEP_FAILED', message: 'no', command: 'x' },
  }

  it('does not claim of a script of the user what nobody knows', async () => {
    const { stderr } = await report([failed(script)])
    assert.match(stderr, /Nothing was changed before this\. It is not known what the script itself changed/)
    assert.doesNotMatch(stderr, /It is safe to run the playbook again/)
  })

  it('does not call it safe to run again what ran a script before', async () => {
    const ran = ended({ host: 'node-b', module: 'command', task: 'import', status: 'changed' })
    const { stderr } = await report([ran, failed()])
    assert.match(stderr, /Changed before this: import\.\n/)
  })

  it('says that it is safe where that is known', async () => {
    const { stderr } = await report([failed({ ...script, error: { code: 'E', message: 'no such user' } })])
    assert.match(stderr, /Nothing was changed before this\. It is safe to run the playbook again\./)
  })
})

describe('a warning', () => {
  const waiting = (text: string): Notice => ({ type: 'notice', host: 'node-a', level: 'warning', text })

  it('that is repeated is said once', async () => {
    for (const output of ['plain', 'json'] as const) {
      const events: RunEvent[] = [
        ...Array.from({ length: 60 }, () => waiting('waiting for another run')),
        recap({}),
      ]
      const { stdout, stderr } = await report(events, { output })
      assert.equal((stdout + stderr).split('waiting for another run').length, 2)
    }
  })

  it('of a host that never stops to warn fills no screen', async () => {
    const { stderr } = await report(Array.from({ length: 10_000 }, (_, i) => waiting(`waiting ${i}`)))
    assert.ok(stderr.length < 10_000)
  })
})
