import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../../lib/core/errors.ts'
import { type Reader, ask } from '../../../lib/core/probe.ts'
import { copy, shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { ExchangeOptions, Transport } from '../../../lib/transport/transport.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'

describe('a run that is stopped', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stop-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('finishes and tells the change under way, begins no other, and owes its handler', async () => {
    const stop = new AbortController()
    const tasks = () => {
      const handler = shell('handler', { script: `echo handled >> ${at('log')}` })
      return [
        shell(
          'slow',
          { script: `touch ${at('begun')}; sleep 0.5`, creates: at('begun') },
          { notify: handler },
        ),
        copy('next', { dest: at('next'), content: 'x' }),
      ]
    }
    const running = runLocal(tasks, { stop, hosts: 1 })
    while (!existsSync(at('begun'))) await sleep(10)
    stop.abort()
    const stopped = await running
    assert.deepEqual(stopped.statuses, ['slow: changed'])
    assert.equal(stopped.recap.exitCode, 130)
    assert.equal(stopped.recap.hosts['host-1']?.unreachable, false)
    assert.equal(existsSync(at('next')), false)
    assert.deepEqual((await runLocal(tasks)).statuses, ['slow: ok', 'next: changed', 'handler: changed'])
    assert.equal(readFileSync(at('log'), 'utf8'), 'handled\n')
  })

  it('is at once when it is a dry run, and no host counts as unreachable', async () => {
    const stop = new AbortController()
    const tasks = () => [shell('waits', { script: 'true', unless: 'sleep 20' })]
    const running = runLocal(tasks, { stop, check: true })
    await sleep(500)
    const since = performance.now()
    stop.abort()
    const { recap } = await running
    assert.ok(performance.now() - since < 5_000)
    assert.deepEqual([recap.exitCode, recap.hosts['host-1']?.unreachable], [130, false])
  })
})

describe('facts', () => {
  const reader: Reader<string> = {
    name: 'greeting',
    ask: () => 'echo hello',
    parse: ({ stdout }, keys) => keys.map((key) => (key === 'host-2' ? new Error('no') : stdout.toString())),
    sees: () => [],
  }

  it('are asked of hosts outside of --limit without a lock, and one that cannot say is a warning', async () => {
    const book = definePlaybook({
      description: 'test',
      facts: {
        greeting: {
          probe: (host) => ask(reader, host.name),
          unknown: 'unknown',
          become: false,
          hosts: 'all',
        },
      },
      plays: ({ facts }) => {
        if (facts.greeting['host-1'] === undefined) throw new UserError('E_TEST', 'no fact')
        return [definePlay({ name: 'test', hosts: pattern('all'), become: false })]
      },
    }) as Playbook
    const locked: string[] = []
    const run = await runLocally(book, {
      hosts: 3,
      limit: 'host-1',
      transport: spied(({ lock }, host) => void (lock === true && locked.push(host))),
    })
    assert.deepEqual([run.recap.exitCode, Object.keys(run.recap.hosts), locked], [0, ['host-1'], ['host-1']])
    const warnings = run.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
    assert.deepEqual(warnings, ['host-2 could not be asked: no'])
  })
})

function spied(tell: (options: ExchangeOptions, host: string) => void): Transport {
  return {
    connect: async (host, signal) => {
      const connection = await localTransport({}).connect(host, signal)
      const exchange = connection.exchange.bind(connection)
      connection.exchange = (scripts, options) => {
        tell(options, host.name)
        return exchange(scripts, options)
      }
      return connection
    },
  }
}
