import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../../../lib/core/errors.ts'
import type { Plan } from '../../../../lib/core/module.ts'
import type { Readiness } from '../../../../lib/postgres/modules/shared/readiness.ts'
import { wholeServer } from '../../../../lib/postgres/resources.ts'
import {
  type WaitForPostgresArgs,
  waitForPostgres,
} from '../../../../lib/postgres/modules/wait-for-postgres.ts'
import { type TestDocker, findDocker } from '../support/docker.ts'

const task = (args: Partial<WaitForPostgresArgs> = {}) =>
  waitForPostgres('waits', { container: 'postgres', host: '127.0.0.1', ...args })

/** What the host would answer. */
function look(env: NodeJS.ProcessEnv, args: Partial<WaitForPostgresArgs>, shell = ['sh']): Readiness {
  const { module, args: checked } = task(args)
  const { questions, parse } = module.probe(checked)
  const [question] = questions
  assert(question !== undefined)
  const [file = '', ...rest] = shell
  const script = question.reader.ask([question.key])
  const { stdout, stderr } = spawnSync(file, [...rest, '-c', script], { env })
  return parse(question.reader.parse({ code: 0, stdout, stderr }, [question.key])) as Readiness
}

const planOf = (args: Partial<WaitForPostgresArgs>, state: unknown): Plan => {
  const { module, args: checked } = task(args)
  return module.plan(checked, state)
}

/** As the engine waits. */
async function wait(env: NodeJS.ProcessEnv, args: Partial<WaitForPostgresArgs>, shell = ['sh']) {
  const { module, args: checked } = task(args)
  const { timeoutMs, delayMs } = module.waits?.(checked) ?? { timeoutMs: 0 }
  const began = Date.now()
  const ended = (error: UserError | undefined, plan?: Plan) => ({
    error,
    plan,
    seconds: (Date.now() - began) / 1000,
  })
  for (;;) {
    try {
      const plan = planOf(args, look(env, args, shell))
      if (plan.changes.length === 0 || Date.now() - began > timeoutMs) return ended(undefined, plan)
    } catch (error) {
      assert(error instanceof UserError)
      return ended(error)
    }
    await sleep(delayMs)
  }
}

describe('wait_for_postgres', () => {
  it('predicts that it will be over', () => {
    const { changes, leaves } = planOf({ role: 'replica' }, { status: 'silent' })
    assert.deepEqual(changes, [{ what: 'PostgreSQL on 127.0.0.1:5432', from: 'silent', to: 'accepting' }])
    assert.deepEqual(
      leaves?.map(({ question, answer }) => [question.key, answer]),
      [['{"container":"postgres","host":"127.0.0.1","port":5432,"role":"replica"}', { status: 'accepting' }]],
    )
    assert.deepEqual(planOf({}, { status: 'accepting' }).changes, [])
    const { module, args } = task({ role: 'replica' })
    const server = wholeServer({ host: '127.0.0.1' })
    assert.deepEqual(
      module.touches?.(args, undefined, () => undefined),
      server,
    )
  })

  it('tells when there is no docker', () => {
    const state = look({ PATH: '/nowhere' }, {}, ['/bin/sh'])
    assert.equal(state.status, 'docker-unavailable')
    assert.throws(() => planOf({}, state), {
      code: 'E_POSTGRES_NOT_READY',
      message: /^Docker does not answer: /,
    })
  })

  it('writes scripts without faults', function () {
    const { module, args } = task()
    const [question] = module.probe(args).questions
    const input = `#!/bin/sh\n${question?.reader.ask([question.key])}\n`
    const { status, stdout, error } = spawnSync('shellcheck', ['-'], { input, encoding: 'utf8' })
    if (error !== undefined) this.skip()
    assert.equal(status, 0, stdout)
  })

  describe('with a Docker engine', function () {
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
      it(`gives up at once on a container that is missing or has ended (${shell.join(' ')})`, async function () {
        if (spawnSync(shell[0] ?? '', ['true']).error !== undefined) this.skip()
        const missing = await wait(here.env, { container: 'rp-pg-test-none' }, shell)
        assert.equal(missing.error?.message, 'there is no container rp-pg-test-none')

        const container = run('echo the disk is on fire; exit 3')
        here.docker('wait', container)
        assert.equal(look(here.env, { container }, shell).status, 'container-exited')
        const { error, seconds } = await wait(here.env, { container }, shell)
        assert(seconds < 10, `${seconds} s`)
        assert.match(error?.hint ?? '', /\n {2}the disk is on fire$/)
        assert.match(error?.message ?? '', /^container \S+ is not running \(exited, exit code 3\)$/)
      })
    }

    it('gives up on a container that restarts again and again', async () => {
      const container = run('echo no luck; sleep 0.2; exit 4', '--restart', 'unless-stopped')
      const { error, seconds } = await wait(here.env, { container, timeoutMs: 60_000 })
      assert.match(
        error?.message ?? '',
        /restarts again and again: \d+ times, and the last time it ran for \d\.\d s/,
      )
      assert(seconds < 60)
    })

    it('gives up when the time is over, and shows what the health check said', async () => {
      const health = ['--health-cmd', 'echo waiting for the overlay; exit 1', '--health-interval', '1s']
      const container = run('sleep 100', ...health)
      const { plan, seconds } = await wait(here.env, { container, timeoutMs: 3000 })
      assert.deepEqual(plan?.changes, [
        { what: 'PostgreSQL on 127.0.0.1:5432', from: 'silent', to: 'accepting' },
      ])
      assert.match(plan?.because ?? '', /health check says |waiting for the overlay/)
      assert(seconds < 30)
      here.docker('pause', container)
      const { error } = await wait(here.env, { container })
      assert.match(`${error?.message} ${error?.hint}`, /is paused .*docker unpause/)
      here.docker('unpause', container)
    })

    it('waits for the real server, not for the one that sets it up, and knows a primary from a replica', async () => {
      const container = run(`set -e
        initdb -A trust -D /tmp/primary >/dev/null
        pg_ctl -w -D /tmp/primary -o "-c listen_addresses=''" -l /tmp/log start >/dev/null
        touch /tmp/setting-up; until [ -e /tmp/go ]; do sleep 0.1; done
        pg_ctl -w -D /tmp/primary -m fast stop >/dev/null
        pg_ctl -w -D /tmp/primary -o '-c listen_addresses=127.0.0.1' -l /tmp/log start >/dev/null
        pg_basebackup -R -h 127.0.0.1 -D /tmp/replica
        pg_ctl -w -D /tmp/replica -o '-p 5433 -c listen_addresses=127.0.0.1' -l /tmp/log start >/dev/null
        exec sleep 1000`)
      while (
        spawnSync('docker', ['exec', container, 'test', '-e', '/tmp/setting-up'], { env: here.env })
          .status !== 0
      );
      assert.equal(look(here.env, { container }).status, 'silent')

      setTimeout(() => here.docker('exec', container, 'touch', '/tmp/go'), 1500)
      const waited = await wait(here.env, { container, role: 'primary' })
      assert.deepEqual(waited.plan?.changes, [])
      assert(waited.seconds > 1)
      const replica = { container, port: 5433, role: 'replica' } as const
      assert.deepEqual((await wait(here.env, replica)).plan, { changes: [], because: 'accepts connections' })
      assert.equal(look(here.env, { ...replica, role: 'primary' }).status, 'in-recovery')
      const wrong = await wait(here.env, { container, role: 'replica' })
      assert.equal(
        wrong.error?.message,
        'PostgreSQL on 127.0.0.1:5432 is a primary, and a replica was expected',
      )

      here.docker('exec', container, 'pg_ctl', '-w', '-D', '/tmp/primary', '-m', 'immediate', 'stop')
      assert.equal(look(here.env, { container }).status, 'silent')
      assert.equal(look(here.env, replica).status, 'not-streaming')
    })
  })
})
