import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { ShellStep } from '../../../../lib/core/module.ts'
import {
  type WaitForPostgresArgs,
  waitForPostgres,
} from '../../../../lib/postgres/modules/wait-for-postgres.ts'
import { type TestDocker, findDocker } from '../support/docker.ts'

const task = (args: Partial<WaitForPostgresArgs> = {}) =>
  waitForPostgres('waits', { container: 'postgres', host: '127.0.0.1', ...args })

/** What the host would answer and what the module makes of it. */
function probe(env: NodeJS.ProcessEnv, args: Partial<WaitForPostgresArgs>, shell = ['sh']) {
  const { module, args: checked } = task(args)
  const { questions, parse } = module.probe(checked)
  const [question] = questions
  assert(question !== undefined)
  const [file = '', ...rest] = shell
  const script = question.reader.ask([question.key, question.key])
  const { stdout, stderr } = spawnSync(file, [...rest, '-c', script], { env })
  const answers = question.reader.parse({ code: 0, stdout, stderr }, [question.key, question.key])
  assert.deepEqual(answers[0], answers[1])
  const state = parse([answers[0]])
  return { state, plan: module.plan(checked, state), steps: module.apply(checked, state) as ShellStep[] }
}

function wait(env: NodeJS.ProcessEnv, args: Partial<WaitForPostgresArgs>, shell = ['sh']) {
  const { module, args: checked } = task(args)
  const [step] = module.apply(checked, { status: 'silent' }) as ShellStep[]
  assert(step !== undefined)
  const [file = '', ...rest] = shell
  const began = Date.now()
  const { status, stderr } = spawnSync(file, [...rest, '-c', step.script], { env, encoding: 'utf8' })
  return { status, seconds: (Date.now() - began) / 1000, lines: stderr.trimEnd().split('\n'), stderr }
}

describe('wait_for_postgres', () => {
  it('predicts that it will be over', () => {
    const { module, args } = task({ role: 'replica' })
    const { changes, leaves } = module.plan(args, { status: 'silent' })
    assert.deepEqual(changes, [{ what: 'status', from: 'silent', to: 'accepting' }])
    assert.deepEqual(
      leaves?.map(({ question, answer }) => [question.key, answer]),
      [['{"container":"postgres","host":"127.0.0.1","port":5432,"role":"replica"}', 'accepting']],
    )
    assert.deepEqual(module.plan(args, { status: 'accepting' }).changes, [])
    assert.deepEqual(module.touches?.(args, undefined), ['postgres:/127.0.0.1:5432/**'])
  })

  it('tells when there is no docker', () => {
    const { state } = probe({ PATH: '/nowhere' }, {}, ['/bin/sh'])
    assert.deepEqual(state, { status: 'docker-unavailable' })
  })

  it('writes scripts without faults', function () {
    const { steps } = probe({ PATH: '/nowhere' }, {}, ['/bin/sh'])
    const input = `#!/bin/sh\n${steps[0]?.script}\n`
    const { status, stdout, error } = spawnSync('shellcheck', ['-'], { input, encoding: 'utf8' })
    if (error !== undefined) this.skip()
    assert.equal(status, 0, stdout)
  })

  describe('with a Docker engine', function () {
    this.timeout(120_000)
    let here: TestDocker
    const made: string[] = []

    before(function () {
      const found = findDocker()
      if (found === undefined) this.skip()
      here = found
    })
    after(() => {
      if (made.length > 0) here.docker('rm', '-fv', ...made)
    })

    const run = (script: string, ...options: string[]): string => {
      const name = `rp-pg-test-${process.pid}-${made.length}`
      made.push(name)
      here.docker(
        'run',
        '-d',
        '--init',
        '--name',
        name,
        '-u',
        'postgres',
        ...options,
        '--entrypoint',
        'sh',
        here.image,
        '-c',
        script,
      )
      return name
    }

    for (const shell of [['sh'], ['busybox', 'sh']]) {
      it(`gives up at once on a container that is missing or has ended (${shell.join(' ')})`, function () {
        if (spawnSync(shell[0] ?? '', ['true']).error !== undefined) this.skip()
        const missing = wait(here.env, { container: 'rp-pg-test-none' }, shell)
        assert.equal(missing.lines.at(-1), 'there is no container rp-pg-test-none')

        const container = run('echo the disk is on fire; exit 3')
        here.docker('wait', container)
        assert.deepEqual(probe(here.env, { container }, shell).state, { status: 'container-exited' })
        const { status, lines, seconds } = wait(here.env, { container }, shell)
        assert.equal(status, 1)
        assert(seconds < 10, `${seconds} s`)
        assert(lines.includes('  the disk is on fire'), lines.join('\n'))
        assert.match(lines.at(-1) ?? '', /^container \S+ is not running \(exited, exit code 3\) after \d+ s$/)
      })
    }

    it('gives up on a container that restarts again and again', () => {
      const container = run('echo no luck; sleep 0.2; exit 4', '--restart', 'unless-stopped')
      const { lines, seconds } = wait(here.env, { container, timeoutMs: 60_000 })
      assert.match(lines.at(-1) ?? '', /restarts again and again: \d+ times in \d+ s/)
      assert(seconds < 60)
    })

    it('gives up when the time is over, and shows what the health check said', () => {
      const health = ['--health-cmd', 'echo waiting for the overlay; exit 1', '--health-interval', '1s']
      const container = run('sleep 100', ...health)
      const { stderr, lines, seconds } = wait(here.env, { container, timeoutMs: 3000 })
      assert.match(lines.at(-1) ?? '', /^PostgreSQL on 127\.0\.0\.1:5432 is still silent after \d+ s$/)
      assert.match(stderr, /health: |waiting for the overlay/)
      assert(seconds < 30)
      here.docker('pause', container)
      assert.match(wait(here.env, { container }).stderr, /is paused: docker unpause/)
      here.docker('unpause', container)
    })

    it('waits for the real server, not for the one that sets it up, and knows a primary from a replica', () => {
      const container = run(`set -e
        initdb -A trust -D /tmp/primary >/dev/null
        pg_ctl -w -D /tmp/primary -o "-c listen_addresses=''" -l /tmp/log start >/dev/null
        touch /tmp/setting-up; sleep 4
        pg_ctl -w -D /tmp/primary -m fast stop >/dev/null
        pg_ctl -w -D /tmp/primary -o '-c listen_addresses=127.0.0.1' -l /tmp/log start >/dev/null
        pg_basebackup -R -h 127.0.0.1 -D /tmp/replica
        pg_ctl -w -D /tmp/replica -o '-p 5433 -c listen_addresses=127.0.0.1' -l /tmp/log start >/dev/null
        exec sleep 1000`)
      while (
        spawnSync('docker', ['exec', container, 'test', '-e', '/tmp/setting-up'], { env: here.env })
          .status !== 0
      );
      assert.deepEqual(probe(here.env, { container }).state, { status: 'silent' })

      const waited = wait(here.env, { container, role: 'primary' })
      assert.equal(waited.status, 0, waited.stderr)
      assert(waited.seconds > 1)
      const replica = { container, port: 5433, role: 'replica' } as const
      assert.equal(wait(here.env, replica).status, 0)
      assert.deepEqual(probe(here.env, replica).plan, { changes: [], because: 'accepts connections' })
      assert.deepEqual(probe(here.env, { ...replica, role: 'primary' }).state, { status: 'in-recovery' })
      const wrong = wait(here.env, { container, role: 'replica' })
      assert.equal(
        wrong.lines.at(-1),
        'PostgreSQL on 127.0.0.1:5432 is a primary, and a replica was expected',
      )

      here.docker('exec', container, 'pg_ctl', '-w', '-D', '/tmp/primary', '-m', 'immediate', 'stop')
      assert.deepEqual(probe(here.env, { container }).state, { status: 'silent' })
      assert.deepEqual(probe(here.env, replica).state, { status: 'not-streaming' })
    })
  })
})
