import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { type WaitForArgs, copy, pause, waitFor } from '../../../../lib/modules/index.ts'
import { addressOf } from '../../../../lib/modules/control/wait-for/connections.ts'
import { runsIn } from '../../../../lib/modules/control/wait-for/processes.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { type Case, cases } from './wait-for-cases.ts'
import { SHELLS, observe, planOf, useTemp } from '../driver.ts'

const GREETING = `const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {})
  socket.write('220 mail ready\\n')
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

const portOf = (server: Server): number => (server.address() as AddressInfo).port
async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server)
}

describe('what waitFor waits for', () => {
  const silent = createServer()
  const unused = createServer()
  let root: string
  let client: Socket
  let table: Readonly<Record<string, Case>>
  const children: ChildProcess[] = []

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'rp-wait-'))
    const at = (path: string): string => join(root, path)
    writeFileSync(at('file'), 'first\nstarted in 12 s\nlast\n')
    mkdirSync(at('folder'))
    symlinkSync('file', at('link'))
    symlinkSync('nothing', at('broken'))
    // In a process of its own, because this one waits for Ansible.
    const greeting = spawn(process.execPath, ['-e', GREETING], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(greeting)
    const open = Number(await once(greeting.stdout, 'data'))
    const [quiet, closed] = [await listening(silent), await listening(unused)]
    unused.close()
    client = connect(open, '127.0.0.1')
    await once(client, 'data')
    const named = `cp "$(command -v sleep)" '${at('rp-waited')}' && exec '${at('rp-waited')}' 555`
    children.push(spawn('sh', ['-c', named]))
    const runs = waitFor('it', { process: 'rp-waited' })
    for (let looks = 0; looks < 1000; looks++)
      if (planOf(runs, await observe(['sh'], runs.module.probe(runs.args))).changes.length === 0) break
    table = cases(at, open, quiet, closed)
  })
  after(async () => {
    const gone = children.filter(({ exitCode }) => exitCode === null).map((one) => once(one, 'exit'))
    for (const one of children) one.kill()
    await Promise.all(gone)
    client?.destroy()
    silent.close()
    rmSync(root, { recursive: true, force: true })
  })

  for (const [name, shell] of Object.entries(SHELLS)) {
    if (name === 'bash' && !LONG) continue
    for (const what of Object.keys(cases((path) => path, 1, 2, 3)))
      it(`${what}, under ${name}`, async () => {
        const { args, left } = table[what] ?? assert.fail('there is no such case')
        const task = waitFor('it', args)
        const { changes } = planOf(task, await observe(shell, task.module.probe(task.args)))
        // Connections of the looks themselves may still be closing.
        const is = changes.map(({ from }) => String(from).replace(/^[1-9]\d* connections?$/, 'connected'))
        assert.deepEqual(is, left === undefined ? [] : [left])
      })
  }

  it('is what Ansible waits for, except where said', function () {
    if (!hasAnsible()) this.skip()
    this.timeout(60_000)
    const compared = Object.entries(table).filter(([, { ansible }]) => !('differs' in ansible))
    const results = runAnsible(
      compared.map(([, { ansible }]) => ({ module: 'wait_for', args: { timeout: 1, ...ansible } })),
    )
    for (const [i, [what, { left }]] of compared.entries())
      assert.equal(
        results[i]?.['failed'] ?? false,
        left !== undefined,
        `${what}: ${JSON.stringify(results[i])}`,
      )
  })
})

describe('waitFor', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('waits, and hands on what it found', async () => {
    let timer: NodeJS.Timeout | undefined
    const run = await runLocal(() => {
      timer ??= setTimeout(() => writeFileSync(at('log'), 'started in 12 s\n'), 300)
      const started = waitFor('started', { path: at('log'), searchRegex: /in (?<time>\d+)/, sleepMs: 50 })
      return [
        started,
        copy(
          'next',
          from(started, ({ match }) => ({ dest: at('next'), content: `${match?.[1]}` })),
        ),
      ]
    })
    assert.deepEqual(run.statuses, ['started: ok', 'next: changed'])
  })

  it('looks again at what was asked before it was so', async () => {
    let timer: NodeJS.Timeout | undefined
    const run = await runLocal(() => {
      timer ??= setTimeout(() => {
        mkdirSync(at('made'))
        writeFileSync(at('made/file'), 'x')
      }, 300)
      return [
        waitFor('made', { path: at('made'), sleepMs: 50 }),
        copy('in it', { dest: at('made/file'), content: 'x' }),
      ]
    })
    assert.deepEqual(run.statuses, ['made: ok', 'in it: ok'])
  })

  it('gives up in time, and says what it was', async () => {
    const task = (message?: string) => () => [
      waitFor('it', { path: at('none'), timeoutMs: 100, sleepMs: 50, message }),
    ]
    const [plain] = (await runLocal(task())).tasks
    assert.equal(plain?.error?.code, 'E_WAIT_TIMEOUT')
    assert.match(plain?.error?.message ?? '', /none is absent, not present/)
    const [own] = (await runLocal(task('ask the operator'))).tasks
    assert.equal(own?.error?.hint, 'ask the operator')
  })

  it('says that there is nothing to try a port with', async () => {
    const task = waitFor('it', { port: 1 })
    await assert.rejects(observe(['env', '-i', `PATH=${temp()}`, '/bin/sh'], task.module.probe(task.args)), {
      code: 'E_NO_NC',
    })
  })

  const wrong: Readonly<Record<string, WaitForArgs>> = {
    'nothing to wait for': {},
    'two things': { port: 1, path: '/x' },
    'a host of a file': { path: '/x', host: 'a' },
    'a host that is an option': { port: 1, host: '-e' },
    'a file that is drained': { path: '/x', state: 'drained' },
    'a name that is drained': { port: 1, host: 'web', state: 'drained' },
    'hosts that do not count, of an open port': { port: 1, excludeHosts: ['10.0.0.1'] },
    'a text that is gone': { path: '/x', state: 'absent', searchRegex: /x/ },
    'a text of a process': { process: 'x', searchRegex: /x/ },
    'a path of a process': { process: '/usr/bin/x' },
    'no port': { port: 70_000 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => waitFor('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})

describe('connections that the kernel shows', () => {
  const known = {
    '0100007F': '127.0.0.1',
    '0000000000000000FFFF00000105000A': '10.0.5.1',
    '00000000000000000000000001000000': '::1',
    B80D0120000000000000000001000000: '2001:db8::1',
  }
  for (const [hex, address] of Object.entries(known))
    it(`have the address ${address}`, () => assert.equal(addressOf(hex), address))
})

describe('processes that the kernel shows', () => {
  const text = [
    '==> /proc/1/comm <==\nsystemd\n',
    '==> /proc/20/comm <==\na-name-that-is-\n',
    '==> /proc/1/cmdline <==\n/sbin/init\0--switched\0',
    '==> /proc/20/cmdline <==\n/opt/a-name-that-is-long\0',
    '==> /proc/30/cmdline <==\nnginx: master process /usr/sbin/nginx\0',
    '==> /proc/40/cmdline <==\n/usr/bin/me\0',
  ].join('\n')
  const runs = (name: string | RegExp): boolean =>
    runsIn(text, '40', typeof name === 'string' ? { name } : { commandLine: name })
  it('are found by name and by command line', () => {
    for (const one of ['systemd', 'init', 'a-name-that-is-long', /^nginx: master/, /init --sw/])
      assert.ok(runs(one), String(one))
  })
  it('are not others, nor the one that looks', () => {
    for (const one of ['system', 'a-name-that-is-longer', 'me', /me$/, /comm/])
      assert.ok(!runs(one), String(one))
  })
})

describe('pause', () => {
  it('waits, changes nothing, and does not wait in a dry run', async () => {
    const tasks = () => [pause('a while', { ms: 900 })]
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses, ['a while: ok'])
    assert.ok((run.tasks[0]?.durationMs ?? 0) >= 900)
    const dry = await runLocal(() => [pause('a day', { ms: 86_400_000 })], { check: true })
    assert.deepEqual(dry.statuses, ['a day: ok'])
    assert.throws(() => pause('it', { ms: 0 }), { code: 'E_BAD_ARGUMENT' })
  })
})
