import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnreachableError } from '../../../lib/core/errors.ts'
import type { RunEvent } from '../../../lib/core/events.ts'
import { onAbort } from '../../../lib/core/on-abort.ts'
import { shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { Transport } from '../../../lib/transport/transport.ts'
import { runLocally } from '../../support/run-local.ts'
import { whenTold } from './when-told.ts'

describe('what a run never began', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'never-begun-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const real = localTransport({ lock: false })
  /** To `host-2` no connection comes about until the attempt is ended. */
  const withSilent: Transport = {
    connect: (host, signal) =>
      host.name !== 'host-2'
        ? real.connect(host, signal)
        : new Promise((_, reject) => {
            onAbort(signal, () => reject(new UnreachableError('E_CONNECT_FAILED', 'interrupted')))
          }),
  }
  const without: Transport = {
    connect: (host, signal) =>
      host.name === 'host-2'
        ? Promise.reject(new UnreachableError('E_CONNECT_FAILED', 'refused'))
        : real.connect(host, signal),
  }

  /** Two plays of two tasks. @param script of the first task, by host */
  const book = (script: (host: string) => string, serial?: number): Playbook =>
    definePlaybook({
      description: 'test',
      plays: () =>
        ['one', 'two'].map((name) =>
          definePlay({
            name,
            hosts: pattern('all'),
            become: false,
            serial,
            tasks: (host) => [
              shell('first', { script: name === 'one' ? script(host.name) : 'true' }),
              shell('second', { script: 'true' }),
            ],
          }),
        ),
    }) as Playbook
  const notRun = (events: readonly RunEvent[]): string[] =>
    events.flatMap((event) =>
      event.type === 'not-run' ? [`${event.host} ${event.play} ${event.task}: ${event.because}`] : [],
    )

  for (const check of [false, true])
    it(`is listed when the run is stopped, of a host that does not answer too${check ? ', in a dry run' : ''}`, async () => {
      const stop = new AbortController()
      const begun = join(root, 'begun')
      const running = runLocally(
        book(() => `touch ${begun}; until [ -e ${begun}.go ] || [ ! -d ${root} ]; do sleep 0.1; done`),
        {
          transport: whenTold(withSilent, () => writeFileSync(`${begun}.go`, '')),
          hosts: 2,
          stop,
          check,
          onEvent: (event) => {
            if (check && event.type === 'task' && event.task === 'second') stop.abort()
          },
        },
      )
      while (!check && !existsSync(begun)) await sleep(10)
      if (!check) stop.abort()
      const { events, recap } = await running
      assert.deepEqual(
        notRun(events).toSorted(),
        [
          ...(check ? [] : ['host-1 one second']),
          'host-1 two first',
          'host-1 two second',
          ...['one', 'two'].flatMap((play) => [`host-2 ${play} first`, `host-2 ${play} second`]),
        ].map((text) => `${text}: the run was stopped`),
      )
      assert.equal(recap.exitCode, 130)
      assert.deepEqual([recap.hosts['host-1']?.notRun, recap.hosts['host-2']?.notRun], [check ? 2 : 3, 4])
      assert.equal(events.at(-1)?.type, 'recap')
    })

  it('is listed of the later plays of a host on which a task failed', async () => {
    const script = (host: string): string => (host === 'host-1' ? 'exit 1' : 'true')
    const { events, recap } = await runLocally(book(script), { hosts: 2, transport: real })
    assert.deepEqual(notRun(events), [
      'host-1 one second: "first" failed',
      'host-1 two first: a task of an earlier play failed',
      'host-1 two second: a task of an earlier play failed',
    ])
    assert.deepEqual(
      [recap.exitCode, recap.hosts['host-1']?.notRun, recap.hosts['host-2']?.changed],
      [2, 3, 4],
    )
  })

  it('is listed of the plays after one that stopped', async () => {
    const script = (host: string): string => (host === 'host-1' ? 'exit 1' : 'true')
    const { events } = await runLocally(book(script, 1), { hosts: 2, transport: real })
    assert.deepEqual(notRun(events), [
      'host-1 one second: "first" failed',
      'host-1 two first: a task of an earlier play failed',
      'host-1 two second: a task of an earlier play failed',
      'host-2 two first: the play one stopped',
      'host-2 two second: the play one stopped',
    ])
    // Those of the play itself are named by the play.
    const stopped = events.find((event) => event.type === 'play-stopped')
    assert.deepEqual(stopped?.hosts, ['host-2'])
  })

  it('is not listed of a host that was unreachable, which says all', async () => {
    const { events, recap } = await runLocally(
      book(() => 'true'),
      { hosts: 2, transport: without },
    )
    assert.deepEqual(notRun(events), [])
    assert.deepEqual([recap.exitCode, recap.hosts['host-2']?.unreachable], [4, true])
  })
})
