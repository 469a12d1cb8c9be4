import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { type Project, type Started, project, start } from '../../support/cli.ts'

/** A playbook whose channel waits for an answer as long as it takes, and does not look at its signal. */
const playbook = (port: number): string => `
import { once } from 'node:events'
import { ask, defineChannel, defineModule, definePlay, definePlaybook, readerOfOne, z } from 'run-playbook'
const lines = defineChannel<number>({
  name: 'lines',
  targetKey: String,
  open: (host) => {
    const send = async (port: number, line: string): Promise<string> => {
      const stream = await host.forward('127.0.0.1', port)
      stream.write(line)
      return String(await once(stream, 'data'))
    }
    return {
      ask: async (questions) => new Map([[questions[0]!, await send(questions[0]!.on, 'GET')]]),
      run: async ({ target }) => ({ code: 0, stdout: Buffer.from(await send(target, 'SET')), stderr: Buffer.alloc(0) }),
      close: () => new Promise(() => {}),
    }
  },
})
const value = readerOfOne({ name: 'value', channel: lines, ask: () => '', parse: () => '', sees: () => [] })
const module = defineModule({
  name: 'own',
  args: z.strictObject({ port: z.int() }),
  probe: ({ port }) => ask(value, '', port),
  plan: (_, now) => ({ changes: now === 'wanted' ? [] : [{ what: 'value' }] }),
  apply: ({ port }) => [{ channel: lines, target: port, text: 'SET' }],
})
export default definePlaybook({
  description: 'test',
  plays: () => [
    definePlay({
      name: 'p',
      hosts: 'all',
      become: false,
      tasks: () => [module('it', { port: ${port} }, { timeoutMs: 500 })],
    }),
  ],
})
`

describe('the command, with a channel that never ends by itself', function () {
  this.timeout(120_000)
  let server: Server
  let here: Project
  let run: Started | undefined
  let answers: readonly string[]
  let heard: (line: string) => void
  const sockets = new Set<Socket>()

  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
      socket.on('data', (data: Buffer) => {
        heard(data.toString())
        if (answers.includes(data.toString())) socket.write('x')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    here = project({ 'playbooks/own.ts': playbook((server.address() as AddressInfo).port) })
  })
  afterEach(() => {
    run?.child.kill('SIGKILL')
    for (const socket of sockets) socket.destroy()
    server.close()
    here.remove()
  })

  for (const options of [['--check'], []])
    it(`ends with the first Ctrl-C while it only asks ${options.join('')}`, async () => {
      answers = []
      const asked = new Promise<string>((resolve) => (heard = resolve))
      run = start(here, ['own', ...options])
      await Promise.race([asked, run.ended])
      run.child.kill('SIGINT')
      const { code, stdout, stderr } = await run.ended
      assert.equal(code, 130, stdout + stderr)
      assert.doesNotMatch(stdout, /failed=1|unreachable=1/)
    })

  it('ends when a step takes longer than its task allows', async () => {
    answers = ['GET']
    heard = () => {}
    run = start(here, ['own'])
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 2, stdout + stderr)
    assert.match(stdout + stderr, /E_STEP_TIMEOUT/)
    assert.match(stdout + stderr, /did not end a step of the channel lines on here within 0\.5 seconds/)
  })
})
