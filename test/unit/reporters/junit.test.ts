import assert from 'node:assert/strict'
import { ended, eventful, failed } from './events.ts'
import { report } from './terminal.ts'
import { assertWellFormed } from './well-formed.ts'

const junit = async (...args: Parameters<typeof report>): Promise<string> =>
  (await report(args[0], { output: 'junit', ...args[1] })).stdout

describe('JUnit output', () => {
  it('is a suite a host and a case a task', async () => {
    const xml = await junit(eventful)
    assertWellFormed(xml)
    assert.match(xml, /<testsuites name="site">/)
    assert.match(xml, /<testsuite name="node-a" tests="3" failures="0" errors="0" skipped="1" time="0.036">/)
    assert.match(xml, /<testsuite name="node-b" tests="2" failures="1" errors="0" skipped="0" time="0.024">/)
    assert.match(
      xml,
      /<testcase classname="primary.postgres-primary" name="stanza \(pgbackrest\)" time="0.012">/,
    )
    assert.match(xml, /<skipped message="no repository"\/>/)
    assert.match(
      xml,
      /<failure message="docker run failed with exit code 125" type="E_COMMAND_FAILED">✖ node-b/,
    )
    assert.match(xml, /<error message="connection refused" type="E_UNREACHABLE">/)
  })

  it('does not count an ignored failure', async () => {
    const xml = await junit([failed({ ignored: true })])
    assert.match(xml, /failures="0"/)
    assert.match(xml, /<system-out>✖/)
  })

  it('is well-formed whatever hosts print', async () => {
    const text = '<b a="1">&amp;]]>\x1b[31m\x00\x08\ud800 \udfff\ufffe 🐘</b>'
    const events = [
      ended({ task: text, host: text, status: 'changed', changes: [{ what: text, from: text, to: text }] }),
      failed({ error: { code: text, message: text, output: text } }),
      ended({ status: 'skipped', because: text }),
    ]
    const xml = await junit(events)
    assertWellFormed(xml)
    assert.match(xml, /🐘/)
  })

  it('is well-formed when nothing ran', async () => {
    const xml = await junit([])
    assertWellFormed(xml)
    assert.match(xml, /<testsuites name="run-playbook"\/>/)
  })
})
