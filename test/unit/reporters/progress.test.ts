import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import type { RunEvent } from '../../../lib/core/events.ts'
import { ended, eventful, failed, recap } from './events.ts'
import { report, reporterOn, terminal } from './terminal.ts'

/** What stays on the screen: everything after the live view was last erased. */
const last = (text: string): string => stripVTControlCharacters(text.slice(text.lastIndexOf('\x1b[?25h')))

describe('progress output', () => {
  it('leaves what changed under each host, failures in full and the sum', async () => {
    const { stdout, stderr } = await report(eventful, { stdout: terminal() })
    assert.equal(
      last(stdout),
      `  node-a
    changed  postgres-primary › postgresql.conf (template)  mode 0644 → 0640
  node-b
    changed  postgres-primary › postgresql.conf (template)  content a → b
        -a
        +b
    failed   postgres-primary › postgres (docker)  docker run failed with exit code 125
  node-long
    unreachable  connection refused

node-a     1 ok  1 changed  1 skipped  0 failed  3 round trips
node-b     0 ok  1 changed  0 skipped  1 failed  1 round trip
node-long  0 ok  0 changed  0 skipped  0 failed  0 round trips  unreachable
3 hosts: 2 changed, 1 ok, 1 skipped, 1 failed, 1 unreachable in 1.2 s
`,
    )
    assert.match(stderr, /^node-a {2}warning {2}the clock is 40 s ahead$/m)
    assert.match(stderr, /^✖ node-long is unreachable$/m)
    assert.match(stderr, /^✖ node-b › postgres-primary › postgres \(docker\)$/m)
    assert.match(stderr, /^ {2}Changed before this: postgresql.conf. It is safe to run the playbook again.$/m)
  })

  it('says it once for hosts of which the same is to be said', async () => {
    const { stdout, stderr } = await report(hundredHosts(), { stdout: terminal(120, 24) })
    assert.equal(
      last(stdout).split('\n\n')[0],
      `  98 hosts: node-1, node-2, node-3, node-4, node-5, node-6 and 92 more
    changed  web › task 7 (template)  mode 0644 → 0640
  node-50
    changed  web › task 7 (template)  mode 0644 → 0640
    failed   web › task 9 (template)  docker run failed with exit code 125
  node-77
    unreachable  no route to host`,
    )
    assert.match(stderr, /✖ node-50 › web › task 9/)
    assert.match(stderr, /✖ node-77 is unreachable/)
  })

  it('says so when a play changed nothing', async () => {
    const events: RunEvent[] = [
      { type: 'play', play: 'web', hosts: ['a'], taskCounts: { a: 1 } },
      ended({ host: 'a' }),
      { type: 'play', play: 'db', hosts: ['a'], taskCounts: { a: 1 } },
      recap({ a: { ok: 1 } }),
    ]
    const { stdout } = await report(events, { stdout: terminal() })
    assert.match(stripVTControlCharacters(stdout), /play web {2}a\n[^]* {2}nothing changed, 1 ok\n\nplay db/)
  })

  it('loses nothing when a run ends without a recap', async () => {
    const { stdout, stderr } = await report(eventful.slice(0, -1), { stdout: terminal() })
    assert.match(last(stdout), /mode 0644 → 0640/)
    assert.match(stderr, /E_COMMAND_FAILED/)
  })

  it('leaves the streams and the signals as they were', async () => {
    const before = process.listenerCount('SIGINT')
    const stdout = terminal()
    const write = stdout.write
    const { reporter } = reporterOn({ stdout })
    for (const event of eventful) reporter.handle(event)
    await reporter.finish()
    assert.equal(stdout.write, write)
    assert.equal(process.listenerCount('SIGINT'), before)
    assert.ok(stdout.text.includes('\x1b[?25h'))
  })

  it('obeys NO_COLOR', async () => {
    const { stdout } = await report(eventful, { stdout: terminal(), env: { NO_COLOR: '1' } })
    assert.doesNotMatch(stdout, /\p{Cc}\[[0-9;]*m/u)
  })
})

function hundredHosts(): RunEvent[] {
  const hosts = Array.from({ length: 100 }, (_, i) => `node-${i + 1}`)
  const events: RunEvent[] = [
    { type: 'run', playbook: 'site', mode: 'apply', hosts },
    { type: 'play', play: 'web', hosts, taskCounts: Object.fromEntries(hosts.map((host) => [host, 20])) },
    { type: 'unreachable', host: 'node-77', error: { code: 'E_UNREACHABLE', message: 'no route to host' } },
    ...hosts.map((host) => ({ type: 'host', host, phase: 'applying' }) as const),
  ]
  for (let i = 0; i < 20; i++) {
    for (const host of hosts.filter((name) => name !== 'node-77' && (name !== 'node-50' || i < 10))) {
      const task = { host, role: 'web', task: `task ${i}` }
      const changes = i === 7 ? [{ what: 'mode', from: '0644', to: '0640' }] : []
      if (host === 'node-50' && i === 9) events.push(failed({ ...task, module: 'template' }))
      else events.push(ended({ ...task, status: i === 7 ? 'changed' : 'ok', changes }))
    }
  }
  return [...events, ...hosts.map((host) => ({ type: 'host', host, phase: 'done' }) as const), recap({})]
}
