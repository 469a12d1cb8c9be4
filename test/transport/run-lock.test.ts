import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport, defineConnection, processChannel, processLink } from '../../lib/transport/index.ts'
import type { Connection, Script, Transport } from '../../lib/transport/transport.ts'
import { LOCK, UID, asUser } from './as-user.ts'

const nothing: Script = { kind: 'probe', script: ':' }
const lock = { user: 'login', lock: true } as const

describe('the lock of a run', function () {
  let open: Connection[]
  const signal = new AbortController().signal
  const here = defineConnection({ name: 'here', open: async (host) => ({ ...asUser(UID), host: host.name }) })
  const newRun = (lockWait = 0): Transport => createTransport({ lockWait })
  const connect = async (run: Transport, name: string): Promise<Connection> => {
    const connection = await run.connect({ name, address: '', connection: here }, signal)
    open.push(connection)
    return connection
  }

  beforeEach(() => {
    open = []
  })
  afterEach(() => Promise.all(open.map((connection) => connection.close())))
  after(() => rmSync(LOCK, { force: true }))

  it('is shared by two names of one machine', async () => {
    const run = newRun()
    const [one, other] = [await connect(run, 'one'), await connect(run, 'other')]
    for (const connection of [one, other, one])
      assert.equal((await connection.exchange([nothing], lock))[0]?.code, 0)
  })

  it('keeps another run out until the last of them has ended', async () => {
    const run = newRun()
    const [one, other] = [await connect(run, 'one'), await connect(run, 'other')]
    await one.exchange([nothing], lock)
    await other.exchange([nothing], lock)
    const stranger = await connect(newRun(), 'one')
    await assert.rejects(stranger.exchange([nothing], lock), {
      code: 'E_LOCKED',
      message: /: [^ ]+@.* pid \d+ since/,
    })
    await one.close()
    await assert.rejects(stranger.exchange([nothing], lock), { code: 'E_LOCKED' })
    await other.close()
    await stranger.exchange([nothing], lock)
    await assert.rejects((await connect(run, 'one')).exchange([nothing], lock), { code: 'E_LOCKED' })
  })

  it('goes to one run when many ask at once, and to each in the end', async () => {
    const file = `/tmp/rp-lock-log-${process.pid}`
    rmSync(file, { force: true })
    const runs = Array.from({ length: 4 }, () => newRun(30))
    const works = runs.flatMap((run, i) =>
      ['one', 'other'].map(async (name) => {
        const connection = await connect(run, name)
        const script = `echo "begin ${i}" >>${file}; sleep 0.3; echo "end ${i}" >>${file}`
        const [reply] = await connection.exchange([{ kind: 'step', script }], lock)
        assert.equal(reply?.code, 0)
        await connection.close()
      }),
    )
    await Promise.all(works)
    const reader = await connect(newRun(30), 'reader')
    const [log] = await reader.exchange([{ kind: 'probe', script: `cat ${file}; rm ${file}` }], lock)
    const within = new Map<string, number>()
    for (const [, what, run = ''] of String(log?.stdout).matchAll(/(begin|end) (\d)/g)) {
      within.set(run, (within.get(run) ?? 0) + (what === 'begin' ? 1 : -1))
      assert.ok([...within.values()].filter((count) => count > 0).length <= 1, String(log?.stdout))
    }
    assert.equal(within.size, 4)
  })

  it('is waited for by a host that comes back after its connection was lost in the middle of a step', async () => {
    const run = newRun()
    const one = await connect(run, 'one')
    const file = `/tmp/rp-run-lock-${process.pid}`
    const script = `touch ${file}.begun; until [ -e ${file}.go ]; do sleep 0.1; done`
    const going = one.exchange([{ kind: 'step', script }], lock)
    while (!existsSync(`${file}.begun`)) await sleep(20)
    await one.close()
    await assert.rejects(going, { code: 'E_CONNECTION_LOST' })
    const back = await connect(run, 'one')
    await assert.rejects(back.exchange([nothing], lock), { code: 'E_LOCKED' })
    writeFileSync(`${file}.go`, '')
    const free = () =>
      back.exchange([nothing], lock).then(
        () => true,
        () => false,
      )
    for (const deadline = Date.now() + 20_000; !(await free()) && Date.now() < deadline;) await sleep(50)
    await back.exchange([nothing], lock)
    for (const end of ['begun', 'go']) rmSync(`${file}.${end}`)
  })
})

describe('a thousand connections on one signal', function () {
  it('make Node warn of nothing, and leave no listener behind', async () => {
    const warnings: string[] = []
    const onWarning = (warning: Error): number => warnings.push(warning.name)
    process.on('warning', onWarning)
    const abort = new AbortController()
    let closed = 0
    const idle = defineConnection({
      name: 'idle',
      open: async (host, signal) => {
        signal.addEventListener('abort', () => (closed += 1))
        const link = processLink(host.name, signal, { argv: () => ['/bin/true'] })
        return { ...link, openChannel: async () => processChannel(spawn('/bin/true')) }
      },
    })
    const transport = createTransport()
    const connect = (i: number) =>
      transport.connect({ name: `host-${i}`, address: '', connection: idle }, abort.signal)
    const connections = await Promise.all(Array.from({ length: 1000 }, (_, i) => connect(i)))
    await Promise.all(connections.slice(500).map((connection) => connection.close()))
    abort.abort()
    await sleep(20)
    process.off('warning', onWarning)
    assert.deepEqual(warnings, [])
    assert.equal(closed, 500, 'those that were closed hear nothing more')
  })
})
