import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { type DockerExecArgs, docker } from '../../../../lib/modules/docker/index.ts'
import { driveTask } from '../../../../lib/testing/drive-task.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, planOf } from '../driver.ts'
import { plain } from './fixtures.ts'

const NAME = `rp-exec-${process.pid}`

describe('docker.exec', () => {
  const args: DockerExecArgs = { container: 'rp-module-test-plain', argv: ['echo', "it's"] }
  const state = { ran: false, code: 0, stdout: '', stderr: '', guards: {}, container: plain() }

  it('says what it would run', () => {
    const all: DockerExecArgs = {
      ...args,
      user: 'app:app',
      workdir: '/srv',
      env: { A: 'b c', PASSWORD: new Secret('app', 'hunter2') },
      stdin: 'x',
    }
    assert.deepEqual(planOf(docker.exec('it', all), state).changes, [
      {
        what: 'runs',
        to: `docker exec --interactive --user app:app --workdir /srv --env 'A=b c' --env PASSWORD rp-module-test-plain echo 'it'\\''s'`,
      },
    ])
  })

  it('needs a container that runs', () => {
    const of = (container: typeof state.container | undefined) => () =>
      planOf(docker.exec('it', args), { ...state, container })
    assert.throws(of(undefined), { code: 'E_NO_CONTAINER', message: /there is no container/ })
    assert.throws(of({ ...plain(), status: 'exited' }), { code: 'E_NO_CONTAINER', message: /exited/ })
  })

  it('asks its guards', () => {
    const of = (more: Partial<DockerExecArgs>, guards: Record<string, number>) =>
      planOf(docker.exec('it', { ...args, ...more }), { ...state, guards })
    assert.equal(of({ creates: '/x' }, { creates: 0 }).because, '/x exists')
    assert.equal(of({ removes: '/x' }, { removes: 1 }).because, '/x does not exist')
    assert.equal(of({ unless: 'a' }, { unless: 0 }).because, 'unless: a')
    assert.equal(of({ onlyIf: 'a' }, { onlyIf: 3 }).because, 'onlyIf failed: a')
    assert.equal(of({ creates: '/x', onlyIf: 'a' }, { creates: 1, onlyIf: 0 }).changes.length, 1)
    assert.throws(() => of({ creates: '/x' }, { creates: 127 }), { code: 'E_COMMAND_FAILED' })
  })

  for (const [what, wrong] of Object.entries<Partial<DockerExecArgs>>({
    'a name that is an option': { container: '--privileged' },
    'a user that is an option': { user: '--privileged' },
    'input of a program that only reads': { changes: false, stdin: 'x' },
    'a secret of a program that only reads': { changes: false, env: { A: new Secret('a', 'hunter2') } },
    'a secret that the docker command would take': { env: { DOCKER_HOST: new Secret('a', 'hunter2') } },
  }))
    it(`refuses ${what}`, () => {
      assert.throws(() => docker.exec('it', { ...args, ...wrong }), { code: 'E_BAD_ARGUMENT' })
    })
})

/** In a container of its own, where an engine answers. */
describe('docker.exec, in a container', function () {
  this.timeout(400_000)
  before(function () {
    if (spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 30_000 }).status !== 0) this.skip()
    const root = mkdtempSync(join(tmpdir(), 'rp-exec.'))
    try {
      const linked = spawnSync('ldd', ['/usr/bin/busybox'], { encoding: 'utf8' }).stdout
      const libraries = [...linked.matchAll(/(\/lib\S+) \(/g)].map(([, path = '']) => path)
      for (const path of ['/usr/bin/busybox', ...libraries]) {
        mkdirSync(join(root, dirname(path)), { recursive: true })
        cpSync(path, join(root, path), { dereference: true })
      }
      for (const folder of ['tmp', 'bin']) mkdirSync(join(root, folder), { recursive: true })
      execFileSync('busybox', ['--install', '-s', join(root, 'bin')])
      execFileSync('sh', [
        '-c',
        'tar -C "$1" -c . | docker import - "$2" >/dev/null',
        'sh',
        root,
        `${NAME}:1`,
      ])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
    const run = ['run', '-d', '--init', '--network', 'none', '--name', NAME, `${NAME}:1`]
    execFileSync('docker', [...run, 'sleep', '3600'])
  })
  after(() => {
    spawnSync('docker', ['rm', '-f', NAME], { stdio: 'ignore' })
    spawnSync('docker', ['rmi', `${NAME}:1`], { stdio: 'ignore' })
  })

  const of = (args: Omit<DockerExecArgs, 'container'>) =>
    driveTask(docker.exec('it', { container: NAME, ...args }), SHELLS['dash'])

  it('runs a program, with its arguments, input, user, folder and variables', async () => {
    const script = 'cat; echo "$1 $(id -u) $(pwd) $A $SECRET"; echo said >&2'
    const done = await of({
      argv: ['sh', '-c', script, 'sh', `it's "$HOME"`],
      stdin: 'first\n',
      user: '7:7',
      workdir: '/tmp',
      env: { A: 'b c', SECRET: new Secret('a', "hunter'2") },
    })
    assert.deepEqual(done.left, [])
    const { ran, code, stdout, stderr } = done.after
    assert.deepEqual([ran, code, stderr], [true, 0, 'said\n'])
    assert.equal(stdout, `first\nit's "$HOME" 7 /tmp b c hunter'2\n`)
    assert.ok(done.steps.every((step) => !('script' in step) || !step.script.includes('hunter')))
  })

  it('does what its guards say, once', async () => {
    const make = { argv: ['touch', '/tmp/made'], creates: '/tmp/made' }
    const first = await of(make)
    assert.deepEqual([first.changes.length, first.left, first.wrong], [1, [], []])
    assert.deepEqual((await of(make)).changes, [])
    const remove = { argv: ['rm', '/tmp/made'], removes: '/tmp/made' }
    const gone = await of(remove)
    assert.deepEqual([gone.changes.length, gone.left, gone.wrong], [1, [], []])
    assert.deepEqual((await of(remove)).changes, [])
    await assert.rejects(of({ ...make, argv: ['true'] }), { code: 'E_GUARD_NOT_MET' })
  })

  it('fails as the program does, unless its exit code is one that is expected', async () => {
    await assert.rejects(of({ argv: ['sh', '-c', 'exit 3'] }), /^Error: 3: /)
    assert.equal((await of({ argv: ['sh', '-c', 'exit 3'], okCodes: [0, 3] })).after.code, 3)
  })

  it('only reads with changes: false, in a dry run too', async () => {
    const tasks = () => [
      docker.exec('look', { container: NAME, argv: ['echo', 'seen'], changes: false }),
      docker.exec('run', { container: NAME, argv: ['touch', '/tmp/x'] }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['look: ok', 'run: would-change'])
    await of({ argv: ['sh', '-c', '[ ! -e /tmp/x ]'] })
    assert.deepEqual((await runLocal(tasks)).statuses, ['look: ok', 'run: changed'])
    await of({ argv: ['rm', '/tmp/x'] })
  })
})
