import assert from 'node:assert/strict'
import { failureLines, unreachableLines } from '../../../lib/reporters/failure-text.ts'
import { noColour } from '../../../lib/reporters/palette.ts'
import { failed } from './events.ts'

const context = { palette: noColour, check: false, changedBefore: [] }

describe('failureLines', () => {
  it('gives one line, then the evidence, then the next step', () => {
    assert.equal(
      failureLines(failed(), { ...context, changedBefore: ['pull image', 'postgresql.conf'] }).join('\n'),
      `✖ node-b › postgres-primary › postgres (docker)
  docker run failed with exit code 125
    $ docker run --name postgres postgres:16
    docker: Conflict. The container name "/postgres" is already in use.
    See docker run --help.
  Declared at roles/postgres-primary/role.ts:23
  Changed before this: pull image, postgresql.conf. It is safe to run the playbook again.
  Remove the container with \`docker rm -f postgres\`.
  E_COMMAND_FAILED`,
    )
  })

  it('says the exit code when the message does not, and that nothing was changed', () => {
    const error = { code: 'E_X', message: 'no luck', exitCode: 3 }
    assert.deepEqual(failureLines(failed({ error }), context).slice(1), [
      '  no luck',
      '  It ended with exit code 3.',
      '  Declared at roles/postgres-primary/role.ts:23',
      '  Nothing was changed before this. It is safe to run the playbook again.',
      '  E_X',
    ])
  })

  it('shows all that a command printed where that was asked for', () => {
    const error = {
      code: 'E_X',
      message: 'exit code 3',
      exitCode: 3,
      command: 'systemctl status x',
      output: 'a hint',
    }
    const event = failed({
      error,
      show: true,
      at: '',
      stdout: 'inactive (dead)\nsince today\n',
      stderr: 'a hint\n',
    })
    assert.deepEqual(failureLines(event, { ...context, check: true }).slice(1), [
      '  exit code 3',
      '    $ systemctl status x',
      '    inactive (dead)',
      '    since today',
      '    a hint',
      '  E_X',
    ])
  })

  it('does not speak of changes in a dry run, and survives a failure without a report', () => {
    assert.deepEqual(failureLines(failed({ error: undefined }), { ...context, check: true }).slice(1), [
      '  the task failed without a message',
      '  Declared at roles/postgres-primary/role.ts:23',
      '  E_FAILED',
    ])
  })

  it('defuses what the host printed', () => {
    const error = { code: 'E_X', message: 'bad\x1b]0;t\x07', output: '\x1b[2Jfirst\r\nsecond\x9b1A' }
    const lines = failureLines(failed({ host: 'node-b\x1bc', error }), context)
    assert.equal(lines[0], '✖ node-b › postgres-primary › postgres (docker)')
    assert.deepEqual(lines.slice(1, 4), ['  bad', '    first', '    second'])
  })
})

describe('unreachableLines', () => {
  const event = { type: 'unreachable', host: 'node-c', error: { code: 'E_LOST', message: 'gone' } } as const

  it('is short when nothing was begun', () => {
    assert.deepEqual(unreachableLines(event, context), ['✖ node-c is unreachable', '  gone', '  E_LOST'])
  })

  it('says what was done before the host was lost', () => {
    assert.deepEqual(
      unreachableLines(event, { ...context, changedBefore: ['a'] })[2],
      '  Changed before this: a. It is safe to run the playbook again.',
    )
  })
})
