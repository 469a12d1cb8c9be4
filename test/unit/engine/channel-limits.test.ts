import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { ask, question } from '../../../lib/core/probe.ts'
import { defineChannel } from '../../../lib/core/reader.ts'
import { Channels } from '../../../lib/engine/look/channels.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'
import { type LineServer, lineValue, seen, value } from './line-channel.ts'

describe('a channel whose server does not answer', () => {
  let server: Server
  let on: LineServer
  let colour: string
  /** Verbs that the server takes and does not answer. */
  let silent: string[]
  /** What it was sent. */
  let said: string[]
  let heard: (line: string, socket: Socket) => void
  const sockets = new Set<Socket>()

  beforeEach(async () => {
    Object.assign(seen, { opened: 0, closed: 0, signals: [] })
    seen.closes = true
    colour = 'red'
    silent = []
    said = []
    heard = () => {}
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => {})
      socket.on('data', (data: Buffer) => {
        const text = data.toString().trim()
        const [verb = '', , to = ''] = text.split(' ')
        said.push(text)
        heard(text, socket)
        if (verb === 'SET') colour = to
        if (!silent.includes(verb)) socket.write(`${colour}\n`)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    on = { address: '127.0.0.1', port: (server.address() as AddressInfo).port }
  })
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  const tasks = () => [lineValue('it', { on, value: 'green' })]
  const connectionsEnd = async (): Promise<void> => {
    while (sockets.size > 0) await sleep(5)
  }
  const gone = async (): Promise<void> => {
    await connectionsEnd()
    assert.ok(seen.signals.at(-1)?.aborted)
    assert.equal(seen.closed, seen.opened)
  }

  it('ends a question in time, says who did not answer, and leaves no connection open', async () => {
    silent = ['GET']
    const { statuses, tasks: ended } = await runLocal(tasks, { askTimeoutMs: 200 })
    assert.deepEqual(statuses, ['it: failed'])
    const error = ended[0]?.error
    assert.equal(error?.code, 'E_PROBE_TIMEOUT')
    const where = `127.0.0.1:${on.port}`
    assert.equal(
      error.message,
      `the server ${where} did not answer value of the channel lines on host-1 within 0.2 seconds`,
    )
    assert.match(error.hint ?? '', /log/)
    await gone()
  })

  it('ends a step after the time of the task', async () => {
    silent = ['SET']
    const list = () => [lineValue('it', { on, value: 'green' }, { timeoutMs: 200 })]
    const { statuses, tasks: ended } = await runLocal(list)
    assert.deepEqual(statuses, ['it: failed'])
    const { error } = ended[0] ?? {}
    assert.equal(error?.code, 'E_STEP_TIMEOUT')
    const where = `127.0.0.1:${on.port}`
    assert.equal(
      error.message,
      `the server ${where} did not end a step of the channel lines on host-1 within 0.2 seconds`,
    )
    assert.deepEqual([error.command, error.hint], ['SET colour green', 'timeoutMs of the task allows more.'])
    assert.deepEqual(said, ['GET colour', 'SET colour green'], 'nobody asks what a failed change left')
    await gone()
  })

  it('ends it as well where the server hangs up and the channel does not notice', async () => {
    silent = ['GET']
    heard = (_, socket) => socket.end()
    const { tasks: ended } = await runLocal(tasks, { askTimeoutMs: 200 })
    assert.equal(ended[0]?.error?.code, 'E_PROBE_TIMEOUT')
  })

  it('opens the channel anew for the next question', async () => {
    silent = ['GET']
    heard = () => (silent = said.length > 1 ? [] : silent)
    const list = () => [
      lineValue('one', { on, value: 'red' }, { ignoreErrors: true }),
      lineValue('two', { on, value: 'red', key: 'other' }),
    ]
    const { statuses } = await runLocal(list, { askTimeoutMs: 1000, batch: false })
    assert.deepEqual([statuses, seen.opened], [['one: failed', 'two: ok'], 2])
  })

  for (const check of [true, false])
    for (const batch of [true, false])
      it(`is not waited for when a ${check ? 'dry ' : ''}run is stopped${batch ? '' : ', one task at a time'}`, async () => {
        silent = ['GET']
        const stop = new AbortController()
        heard = () => stop.abort()
        const { statuses, recap, events } = await runLocal(tasks, { stop, check, batch })
        assert.deepEqual([statuses, recap.exitCode], [[], 130])
        assert.equal(recap.hosts['host-1']?.unreachable, false)
        const notRun = events.flatMap((event) => (event.type === 'not-run' ? [event.task] : []))
        assert.deepEqual(notRun, ['it'])
        await gone()
      })

  it('lets a step that runs finish when the run is stopped, and proves it', async () => {
    const stop = new AbortController()
    heard = (text) => text.startsWith('SET') && stop.abort()
    const { statuses, recap } = await runLocal(tasks, { stop })
    assert.deepEqual([statuses, recap.exitCode], [['it: changed'], 130])
    assert.deepEqual(said, ['GET colour', 'SET colour green', 'GET colour'])
  })

  it('ends a step when the run is stopped for the second time', async () => {
    silent = ['SET']
    const [stop, stopNow] = [new AbortController(), new AbortController()]
    heard = (text) => {
      if (!text.startsWith('SET')) return
      stop.abort()
      stopNow.abort()
    }
    const { statuses, recap } = await runLocal(tasks, { stop, stopNow })
    assert.deepEqual([statuses, recap.exitCode], [[], 130])
    await gone()
  })

  it('does not keep a run from its end when it does not close', async () => {
    seen.closes = false
    const { statuses } = await runLocal(tasks)
    assert.deepEqual(statuses, ['it: changed'])
    await connectionsEnd()
  })

  it('says what is wrong with a target that has no address or port', async () => {
    const wrong = defineModule({
      name: 'wrong',
      args: z.strictObject({ on: z.unknown() }),
      probe: ({ on: target }) => ask(value, 'colour', target as LineServer),
      plan: () => ({ changes: [] }),
      apply: () => [],
    })
    const errorOf = async (target: unknown) =>
      (await runLocal(() => [wrong('it', { on: target })])).tasks[0]?.error
    const none = await errorOf(undefined)
    assert.equal(none?.code, 'E_BAD_TARGET')
    assert.match(none.message, /reader value to the channel lines: it does not say which server to ask/)
    assert.equal((await errorOf(null))?.code, 'E_BAD_TARGET')
    const text = await errorOf('127.0.0.1:1')
    assert.equal(text?.code, 'E_BAD_TARGET')
    assert.match(text.message, /the channel lines on host-1 .* undefined:undefined/)
  })

  it('is told where nothing listens', async () => {
    server.close()
    const { error } = (await runLocal(tasks)).tasks[0] ?? {}
    assert.equal(error?.code, 'E_FORWARD_FAILED')
    assert.match(
      error.message,
      new RegExp(`^no connection to 127\\.0\\.0\\.1:${on.port} from host-1: .*ECONNREFUSED`),
    )
    assert.match(error.hint ?? '', new RegExp(`host-1.*ss -tlnp.*:${on.port}`))
  })

  it('does one thing at a time on a host', async () => {
    let [now, most] = [0, 0]
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now)
      await sleep(5)
      now--
    }
    const slow = defineChannel<LineServer>({
      name: 'slow',
      targetKey: ({ port }) => String(port),
      open: () => ({
        ask: async (questions) => (await work(), new Map(questions.map((one) => [one, 'answer']))),
        run: async () => (await work(), { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }),
        close: async () => {},
      }),
    })
    const host = { name: 'host-1', forward: () => assert.fail(), countRoundTrip: () => {} }
    const channels = new Channels(host, { stop: new AbortController().signal })
    const asked = [1, 2].map((port) => question({ ...value, channel: slow }, 'colour', { ...on, port }))
    const step = { channel: slow, target: on, text: 'SET' }
    await Promise.all([channels.ask(asked, 'look'), channels.run(step), channels.ask(asked, 'proof')])
    assert.equal(most, 1)
  })

  it('answers the facts of a playbook too', async () => {
    let found: string | undefined
    const book = definePlaybook({
      description: 'test',
      facts: { colour: { probe: () => ask(value, 'colour', on), unknown: 'unknown', become: false } },
      plays: ({ facts }) => {
        found = facts.colour['host-1']
        return [definePlay({ name: 'test', hosts: pattern('all'), become: false })]
      },
    }) as Playbook
    assert.equal((await runLocally(book)).recap.exitCode, 0)
    assert.equal(found, 'red')
    assert.deepEqual(said, ['GET colour'])
  })
})
