import assert from 'node:assert/strict'
import { type Reader, ask } from '../../../lib/core/probe.ts'
import { shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { Connection, Transport } from '../../../lib/transport/transport.ts'
import { runLocally } from '../../support/run-local.ts'

/** Hosts on which all goes well, at once. */
const quick: Transport = {
  connect: (): Promise<Connection> =>
    Promise.resolve({
      serverAddress: undefined,
      roundTrips: 1,
      exchange: (scripts, { onReply }) =>
        Promise.resolve(
          scripts.map((_, index) => {
            const reply = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
            onReply?.(index, reply)
            return reply
          }),
        ),
      forward: () => Promise.reject(new Error('no')),
      countRoundTrip: () => {},
      stop: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }),
}

const plays = () => [
  definePlay({
    name: 'test',
    hosts: pattern('all'),
    become: false,
    tasks: () => Array.from({ length: 5 }, (_, i) => shell(`task ${i}`, { script: 'true' })),
  }),
]
const book = definePlaybook({ description: 'test', plays }) as Playbook

describe('a run on many hosts', function () {
  it('takes time in proportion, and Node has no warning', async () => {
    const warnings: string[] = []
    const listen = (warning: Error): void => void warnings.push(String(warning))
    process.on('warning', listen)
    const spent = async (hosts: number): Promise<number> => {
      const since = process.cpuUsage()
      const { recap } = await runLocally(book, { hosts, transport: quick, forks: 25 })
      assert.deepEqual([recap.exitCode, Object.keys(recap.hosts).length], [0, hosts])
      const { user, system } = process.cpuUsage(since)
      return (user + system) / 1000
    }
    await spent(100)
    const few = await spent(250)
    const many = await spent(1000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('warning', listen)
    assert.deepEqual(warnings, [])
    // Four times as many hosts; in proportion to their square it would be sixteen times.
    assert.ok(many < 9 * few, `${few} ms for 250 hosts, ${many} ms for 1000`)
  })

  it('waits for the next attempt on all of them, and Node has no warning', async () => {
    const warnings: string[] = []
    const listen = (warning: Error): void => void warnings.push(String(warning))
    process.on('warning', listen)
    const options = { retry: { times: 2, delayMs: 500, until: () => false } }
    const again = definePlaybook({
      description: 'test',
      plays: () => [
        definePlay({
          name: 'test',
          hosts: pattern('all'),
          become: false,
          tasks: () => [shell('again', { script: 'true' }, options)],
        }),
      ],
    }) as Playbook
    const { statuses } = await runLocally(again, { hosts: 20, transport: quick, forks: 25 })
    process.off('warning', listen)
    assert.equal(statuses.length, 20)
    assert.deepEqual(warnings, [])
  })

  it('does not wait for those that do not answer, however few may be worked on at a time', async () => {
    const release: (() => void)[] = []
    const real = localTransport({ lockWait: 600 })
    let done = 0
    const transport: Transport = {
      connect: async (host, signal) => {
        const connection = await real.connect(host, signal)
        if (!['host-1', 'host-2', 'host-3'].includes(host.name)) return connection
        return {
          serverAddress: undefined,
          roundTrips: 1,
          exchange: async (scripts, options) => {
            if (done < 9 * 5) await new Promise<void>((resolve) => release.push(resolve))
            return connection.exchange(scripts, options)
          },
          forward: () => Promise.reject(new Error('no')),
          countRoundTrip: () => {},
          stop: () => connection.stop(),
          close: () => connection.close(),
        }
      },
    }
    const asking = definePlaybook({
      description: 'test',
      plays: () => [
        definePlay({
          name: 'test',
          hosts: pattern('all'),
          become: false,
          tasks: () =>
            Array.from({ length: 5 }, (_, i) => shell(`task ${i}`, { script: 'true', unless: 'true' })),
        }),
      ],
    }) as Playbook
    const run = await runLocally(asking, {
      hosts: 12,
      transport,
      forks: 3,
      // Those that are silent speak when all others are done, and not before.
      onEvent: (event) => {
        if (event.type !== 'task' || ++done !== 9 * 5) return
        for (const speak of release) speak()
      },
    })
    assert.equal(run.recap.exitCode, 0)
    assert.equal(run.tasks.length, 12 * 5)
  })

  describe('when it logs in', () => {
    /** Hosts that log in when `until` says so. @returns how many were tried at a time, at most */
    const logIn = async (until: (host: string, tried: number) => Promise<unknown>): Promise<number> => {
      let [now, most, tried] = [0, 0, 0]
      const transport: Transport = {
        connect: async (host, signal) => {
          most = Math.max(most, ++now)
          await until(host.name, ++tried)
          now--
          return quick.connect(host, signal)
        },
      }
      const { recap } = await runLocally(book, { hosts: 200, transport, forks: 25 })
      assert.equal(recap.exitCode, 0)
      return most
    }

    it('tries only some at a time', async () => {
      const most = await logIn(() => new Promise((resolve) => setTimeout(resolve, 10)))
      assert.ok(most <= 50, `${most} at a time`)
    })

    it('does not wait for those that do not answer', async () => {
      let speak = (): void => {}
      const allTried = new Promise<void>((resolve) => (speak = resolve))
      await logIn((host, tried) => {
        if (tried === 200) speak()
        // The first 60 do not answer before all others were tried.
        return /^host-[1-5]?\d$/.test(host) ? allTried : Promise.resolve()
      })
    })
  })

  it('asks for facts only where the plays work, and where a fact says so', async () => {
    const reader: Reader<string> = {
      name: 'answer',
      ask: () => 'echo yes',
      parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
      sees: () => [],
    }
    const fact = { probe: () => ask(reader, ''), unknown: 'unknown', become: false as const }
    const asked = async (facts: object, limit: string, on: 'all' | 'host-1' = 'all'): Promise<string> => {
      const hosts = new Set<string>()
      const transport: Transport = {
        connect: (host, signal) => {
          hosts.add(host.name)
          return localTransport({}).connect(host, signal)
        },
      }
      let known = {}
      const one = definePlaybook({
        description: 'test',
        facts: facts as never,
        plays: (context) => {
          known = context.facts
          return [definePlay({ name: 'test', hosts: pattern(on), become: false })]
        },
      }) as Playbook
      await runLocally(one, { hosts: 4, limit, transport })
      const said = Object.entries((known as { one: Record<string, string> }).one)
      const answered = said.filter(([, answer]) => answer === 'yes').map(([name]) => name)
      assert.deepEqual([...hosts].toSorted(), answered)
      return answered.join()
    }
    assert.equal(await asked({ one: fact }, 'host-2'), 'host-2')
    assert.equal(await asked({ one: fact }, 'all', 'host-1'), 'host-1')
    assert.equal(await asked({ one: { ...fact, hosts: pattern('host-3') } }, 'host-2'), 'host-2,host-3')
  })

  it('may name the hosts of a play by what the inventory holds of them', async () => {
    const some = definePlaybook({
      description: 'test',
      plays: ({ hosts }) => [
        definePlay({
          name: 'test',
          hosts: hosts.filter(({ name }) => name !== 'host-2'),
          become: false,
          tasks: () => [shell('work', { script: 'true' })],
        }),
      ],
    }) as Playbook
    const run = await runLocally(some, { hosts: 3 })
    assert.deepEqual(run.tasks.map(({ host }) => host).toSorted(), ['host-1', 'host-3'])
  })

  it('of one machine share its lock', async () => {
    const since = performance.now()
    const run = await runLocally(book, { hosts: 2 })
    assert.equal(run.recap.exitCode, 0)
    assert.ok(performance.now() - since < 60_000)
  })
})
