import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunEvent } from '../../../lib/core/events.ts'
import { UnreachableError, UserError } from '../../../lib/core/errors.ts'
import { shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import { runLocally } from '../../support/run-local.ts'

const book = definePlaybook({
  description: 'test',
  plays: () => [
    definePlay({
      name: 'test',
      hosts: pattern('all'),
      become: false,
      tasks: () => [shell('task', { script: 'true' })],
    }),
  ],
  confirm: () => ({ text: 'All is lost.', yes: 'sure=yes' }),
}) as Playbook

describe('a run that ends while a host is still being logged in to', () => {
  for (const heeds of [true, false])
    it(`leaves no connection, and says nothing more; the login ${heeds ? 'is interrupted' : 'comes about late'}`, async () => {
      let open = 0
      const own = localTransport({ lock: false })
      const transport: typeof own = {
        connect: async (host, signal) => {
          if (host.name === 'host-2')
            await sleep(400, undefined, heeds ? { signal } : {}).catch(() => {
              throw new UserError('E_TEST', 'interrupted')
            })
          const connection = await own.connect(host, new AbortController().signal)
          open++
          const close = connection.close.bind(connection)
          connection.close = async () => {
            open--
            await close()
          }
          return connection
        },
      }
      const events: RunEvent[] = []
      const stop = new AbortController()
      const confirm = async (): Promise<void> => {
        await sleep(50)
        throw new UserError('E_NOT_CONFIRMED', 'no')
      }
      const onEvent = (event: RunEvent): void => void events.push(event)
      await assert.rejects(runLocally(book, { hosts: 2, transport, confirm, onEvent, stop }), {
        code: 'E_NOT_CONFIRMED',
      })
      const said = events.length
      await sleep(600)
      assert.equal(open, 0)
      assert.equal(events.length, said)
      assert.ok(getEventListeners(stop.signal, 'abort').length <= 1)
    })
})

describe('what listens to a run and throws', () => {
  for (const type of ['host', 'unreachable'] as const)
    it(`fails the run, and not the process: at the event ${type}`, async () => {
      const own = localTransport({ lock: false })
      const transport: typeof own = {
        connect: async (host, signal) => {
          if (host.name === 'host-2') throw new UnreachableError('E_CONNECT_FAILED', 'it is off')
          return own.connect(host, signal)
        },
      }
      const onEvent = (event: RunEvent): void => {
        if (event.type === type) throw new Error('from the test')
      }
      // As long as it asks nobody hears how the logins went.
      const confirm = (): Promise<void> => sleep(100)
      // It would end a process that nobody else listens in.
      const unhandled: unknown[] = []
      const note = (error: unknown): void => void unhandled.push(error)
      process.on('unhandledRejection', note)
      await assert.rejects(runLocally(book, { hosts: 2, transport, onEvent, confirm }), /from the test/)
      process.off('unhandledRejection', note)
      assert.deepEqual(unhandled, [])
    })
})
