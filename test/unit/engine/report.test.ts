import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reported } from '../../../lib/core/events.ts'
import { UnreachableError } from '../../../lib/core/errors.ts'
import { type Reader, ask } from '../../../lib/core/probe.ts'
import { EVERYTHING } from '../../../lib/core/resource.ts'
import { shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import {
  type Playbook,
  type ReportContext,
  definePlay,
  definePlaybook,
} from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { ExchangeOptions, Transport } from '../../../lib/transport/transport.ts'
import { type LocalRun, runLocally } from '../../support/run-local.ts'

/** What the file says, which is what the reports are about. */
const content = (file: string) => {
  const reader: Reader<string> = {
    name: 'content',
    ask: () => `cat ${file} 2>/dev/null || echo nothing`,
    parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
    sees: () => [EVERYTHING],
  }
  return { probe: () => ask(reader, ''), unknown: 'unknown', become: false, hosts: 'all' as const }
}

const tell = ({ facts, unreached, limited, check }: ReportContext<unknown, { content: string }>) => ({
  parts: [],
  data: { facts: facts.content, unreached, limited: limited.map(({ name }) => name), check },
})

const reports = ({ events }: LocalRun): Reported['data'][] =>
  events.filter((event): event is Reported => event.type === 'report').map(({ data }) => data)

/** This machine under several names, some of which do not answer; and how it was asked. */
function transport(
  down: (host: string) => boolean,
): Transport & { asked: ExchangeOptions[]; connects: string[] } {
  const asked: ExchangeOptions[] = []
  const connects: string[] = []
  return {
    asked,
    connects,
    connect: async (host, signal) => {
      connects.push(host.name)
      if (down(host.name)) throw new UnreachableError('E_CONNECT_FAILED', 'no route to host')
      const connection = await localTransport({}).connect(host, signal)
      const exchange: typeof connection.exchange = (scripts, options) => {
        asked.push(options)
        if (down(host.name)) throw new UnreachableError('E_CONNECTION_LOST', 'the connection was lost')
        return connection.exchange(scripts, options)
      }
      const { forward, close } = connection
      return {
        serverAddress: undefined,
        roundTrips: 1,
        exchange,
        forward: forward.bind(connection),
        countRoundTrip: () => {},
        stop: async () => {},
        close: close.bind(connection),
      }
    },
  }
}

describe('a report', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'report-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const file = () => join(root, 'file')
  const looking = () =>
    definePlaybook({
      description: 'looks',
      facts: { content: content(file()) },
      report: tell,
    }) as unknown as Playbook

  it('is made from the facts, by a playbook that takes no lock and needs no play', async () => {
    writeFileSync(file(), 'hello')
    const hosts = transport(() => false)
    const run = await runLocally(looking(), { transport: hosts, hosts: 2, limit: 'host-2' })
    assert.deepEqual(reports(run), [
      { facts: { 'host-1': 'hello', 'host-2': 'hello' }, unreached: {}, limited: ['host-2'], check: false },
    ])
    assert.deepEqual(run.events.at(-1), run.recap)
    assert.deepEqual(
      hosts.asked.map(({ lock }) => lock),
      [false, false],
    )
    assert.equal(run.recap.exitCode, 0)
  })

  it('says which hosts were not reached, and why; the run ends with 4', async () => {
    writeFileSync(file(), 'hello')
    const hosts = transport((name) => name === 'host-1')
    const run = await runLocally(looking(), { transport: hosts, hosts: 2 })
    const [data] = reports(run)
    assert.deepEqual(data?.['facts'], { 'host-1': 'unknown', 'host-2': 'hello' })
    assert.deepEqual(data?.['unreached'], {
      'host-1': { code: 'E_CONNECT_FAILED', message: 'no route to host' },
    })
    assert.equal(run.recap.exitCode, 4)
  })

  it('is about what the plays left behind; in a dry run about what is there', async () => {
    const playbook = definePlaybook({
      description: 'writes and tells',
      facts: { content: content(file()) },
      plays: () => [
        definePlay({
          name: 'write',
          hosts: pattern('all'),
          become: false,
          tasks: () => [shell('write', { script: `echo written > ${file()}`, creates: file() })],
        }),
      ],
      report: tell,
    }) as unknown as Playbook
    const told = async (check: boolean) => reports(await runLocally(playbook, { check }))[0]?.['facts']
    assert.deepEqual(await told(true), { 'host-1': 'nothing' })
    assert.equal(existsSync(file()), false)
    assert.deepEqual(await told(false), { 'host-1': 'written' })
  })

  it('that fails is a fault of the playbook, with its line', async () => {
    const report = () => (undefined as unknown as { parts: never }).parts
    await assert.rejects(runLocally(definePlaybook({ description: 'x', report }) as unknown as Playbook), {
      code: 'E_PLAYBOOK',
      at: /report\.test\.ts:\d+$/,
    })
    assert.throws(() => definePlaybook({ description: 'nothing' }), { code: 'E_BAD_OPTION' })
  })

  describe('that is watched', () => {
    it('follows what happens over one connection, and comes back to a host that was lost', async () => {
      writeFileSync(file(), 'one')
      const stop = new AbortController()
      let lost = false
      const hosts = transport((name) => lost && name === 'host-1')
      const seen: unknown[] = []
      const run = await runLocally(looking(), {
        transport: hosts,
        hosts: 2,
        stop,
        watch: 0.05,
        onEvent: (event) => {
          if (event.type !== 'report') return
          const { facts, unreached } = event.data as { facts: object; unreached: object }
          const now = [...Object.values(facts), ...Object.keys(unreached)].join(' ')
          if (seen.at(-1) === now) return
          seen.push(now)
          if (seen.length === 1) writeFileSync(file(), 'two')
          if (now === 'two two') {
            if (lost) stop.abort()
            else lost = true
          }
          if (now === 'unknown two host-1') {
            writeFileSync(file(), 'three')
            lost = false
          }
          if (now === 'three three') stop.abort()
        },
      })
      // While the file changes one of the two may have seen it earlier.
      const settled = seen.filter((now) => /^(\w+) (\1|two host-1)$/.test(String(now)))
      assert.deepEqual(settled, ['one one', 'two two', 'unknown two host-1', 'three three'])
      assert.equal(run.recap.exitCode, 0)
      assert.equal(hosts.connects.filter((name) => name === 'host-2').length, 1)
    })

    it('is refused where something would be changed', async () => {
      const plays = () => []
      const playbook = definePlaybook({ description: 'x', plays }) as Playbook
      await assert.rejects(runLocally(playbook, { watch: 1 }), {
        code: 'E_USAGE',
        message: '--watch is for playbooks that change nothing, and test has plays',
      })
    })
  })
})
