import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { Secret } from '../../../lib/core/secret.ts'
import { ended, eventful, recap, started } from './events.ts'
import { report, reporterOn, terminal } from './terminal.ts'

describe('plain output', () => {
  it('gives lines that stand alone, and failures on standard error', async () => {
    const { stdout, stderr } = await report(eventful)
    assert.equal(
      stdout,
      `play primary  node-a, node-b, node-long
node-a     changed  postgres-primary › postgresql.conf (template)  mode 0644 → 0640
node-b     changed  postgres-primary › postgresql.conf (template)  content a → b
    -a
    +b

node-a     1 ok  1 changed  1 skipped  0 failed  3 round trips
node-b     0 ok  1 changed  0 skipped  1 failed  1 round trip
node-long  0 ok  0 changed  0 skipped  0 failed  0 round trips  unreachable
3 hosts: 2 changed, 1 ok, 1 skipped, 1 failed, 1 unreachable in 1.2 s
`,
    )
    assert.equal(
      stderr,
      `✖ node-long is unreachable
  connection refused
  Is sshd running there?
  E_UNREACHABLE
node-a     warning  the clock is 40 s ahead
✖ node-b › postgres-primary › postgres (docker)
  docker run failed with exit code 125
    $ docker run --name postgres postgres:16
    docker: Conflict. The container name "/postgres" is already in use.
    See docker run --help.
  Declared at roles/postgres-primary/role.ts:23
  Changed before this: postgresql.conf. It is safe to run the playbook again.
  Remove the container with \`docker rm -f postgres\`.
  E_COMMAND_FAILED
`,
    )
  })

  it('says more with every -v', async () => {
    const quiet = (await report(eventful)).stdout
    assert.doesNotMatch(quiet, /already|no repository|chmod|frame/)
    const v = (await report(eventful, { verbosity: 1 })).stdout
    assert.match(
      v,
      /^node-a     ok       postgres-primary › pg_hba.conf \(template\)  already 0640 root:root$/m,
    )
    assert.match(v, /^node-a     skipped  postgres-primary › stanza \(pgbackrest\)  no repository$/m)
    assert.match((await report(eventful, { verbosity: 2 })).stdout, /^ {4}\$ chmod 0640 \/x$/m)
    assert.match((await report(eventful, { verbosity: 3 })).stdout, /^debug  frame 1$/m)
  })

  it('announces a dry run', async () => {
    const { stdout } = await report([
      { type: 'run', playbook: 'site', mode: 'check', hosts: ['a'] },
      ended({ host: 'a', status: 'would-change', changes: [{ what: 'mode', from: '0644', to: '0640' }] }),
      recap({ a: { wouldChange: 1 } }),
    ])
    assert.equal(
      stdout,
      `dry run of site: nothing is changed
a  would change  postgres-primary › postgresql.conf (template)  mode 0644 → 0640

a  0 ok  1 would change  1 round trip
dry run: 1 would change on 1 host in 1.2 s
`,
    )
  })

  it('never prints a secret, wherever it comes from', async () => {
    new Secret('password', 'correct horse battery')
    const text = 'correct horse battery'
    const events = [
      ended({
        status: 'changed',
        task: text,
        changes: [{ what: text, from: text, to: [text] }],
        diffs: [`+${text}`],
      }),
      ended({
        status: 'failed',
        error: { code: 'E', message: text, command: text, output: `key=${text};` },
      }),
    ]
    for (const output of ['plain', 'json', 'junit'] as const) {
      const { stdout, stderr } = await report(events, { output })
      assert.doesNotMatch(stdout + stderr, /horse/)
    }
  })

  it('finds a secret that a host took apart with colours', async () => {
    new Secret('password', 'correct horse battery')
    const { stdout } = await report([
      ended({ status: 'changed', changes: [{ what: 'correct \x1b[1mhorse\x1b[0m battery' }] }),
    ])
    assert.doesNotMatch(stdout, /horse/)
  })

  it('colours a terminal, and only a terminal', async () => {
    const inCi = { env: { CI: 'true' } }
    const onTerminal = await report(eventful, { ...inCi, stdout: terminal() })
    assert.ok(onTerminal.stdout.includes('\x1b[33mchanged'))
    assert.ok(!onTerminal.stderr.includes('\x1b'))
    assert.ok(!(await report(eventful)).stdout.includes('\x1b'))
  })
})

describe('plain output of a long task', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  it('is silent for ten seconds, then speaks every thirty', () => {
    const { reporter, stdout } = reporterOn()
    const lines = () => stdout.text.split('\n').filter((line) => line !== '')
    reporter.handle(started({ task: 'base backup', module: 'pgbackrest' }))
    mock.timers.tick(9_999)
    assert.deepEqual(lines(), [])
    mock.timers.tick(1)
    const text = 'node-a  still working on postgres-primary › base backup (pgbackrest), for'
    assert.deepEqual(lines(), [`${text} 10 s`])
    mock.timers.tick(30_000)
    assert.deepEqual(lines().slice(1), [`${text} 40 s`])
    reporter.handle(ended())
    mock.timers.tick(100_000)
    assert.equal(lines().length, 2)
  })

  it('ends with the run', async () => {
    const { reporter, stdout } = reporterOn()
    reporter.handle(started())
    await reporter.finish()
    mock.timers.tick(100_000)
    assert.equal(stdout.text, '')
  })
})
