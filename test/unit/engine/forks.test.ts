import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '../../../lib/core/events.ts'
import { shell } from '../../../lib/modules/index.ts'
import type { Transport } from '../../../lib/transport/transport.ts'
import { exchangeHook } from '../../support/exchange-hook.ts'
import { runLocal } from '../../support/run-local.ts'

describe('the places of --forks', function () {
  this.timeout(30_000)
  let folder: string
  let log: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rp-forks.'))
    log = join(folder, 'log')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const lines = (): string[] => readFileSync(log, 'utf8').trim().split('\n')
  const changes = (name: string, seconds = 0.3) =>
    `echo begin ${name} >>${log}; sleep ${seconds}; echo end ${name} >>${log}`

  const asks = shell('asks', { script: 'false', unless: 'true' })

  /** The real one, but `before` decides when a host answers its first exchange. */
  function late(before: (host: string) => Promise<void>): Transport {
    const asked = new Set<string>()
    return exchangeHook(async (host) => {
      if (asked.has(host)) return
      asked.add(host)
      await before(host)
    })
  }

  it('are taken again before a change, by hosts that did not answer for a while', async () => {
    let speak = (): void => {}
    const bothAsked = new Promise<void>((resolve) => (speak = resolve))
    const transport = late((host) => {
      // host-2 is asked because host-1 does not answer; then both answer at once.
      if (host === 'host-2') speak()
      return bothAsked
    })
    const tasks = ({ name }: { name: string }) => [asks, shell('work', { script: changes(name) })]
    const run = await runLocal(tasks, { hosts: 2, forks: 1, slowMs: 300, transport })
    assert.equal(run.recap.exitCode, 0)
    const done = lines()
    assert.equal(done.length, 4)
    for (const [i, line] of done.entries())
      if (line.startsWith('begin')) assert.equal(done[i + 1], line.replace('begin', 'end'), done.join())
  })

  it('are not held by a host that waits for another one, which waits for a place', async () => {
    let speak = (): void => {}
    const silent = new Promise<void>((resolve) => (speak = resolve))
    const transport = late((host) => (host === 'host-1' ? silent : Promise.resolve()))
    const tasks = ({ name }: { name: string }) =>
      name === 'host-1'
        ? [shell('own', { script: `${changes(name)}; : >${folder}/own`, creates: `${folder}/own` })]
        : [asks, shell('elsewhere', { script: changes('elsewhere') }, { delegateTo: 'host-1' })]
    const onEvent = (event: RunEvent): void => {
      // host-2 has the only place, because host-1 does not answer, and goes on to the task that runs on host-1.
      if (event.type === 'task' && event.task === 'asks') setTimeout(speak, 100)
    }
    const how = { hosts: 2, forks: 1, slowMs: 300, batch: false, transport, onEvent }
    const run = await runLocal(tasks, how)
    assert.equal(run.recap.exitCode, 0)
    assert.deepEqual(lines(), ['begin host-1', 'end host-1', 'begin elsewhere', 'end elsewhere'])
  })

  it('are not held by a host that waits for what runs once on another host', async () => {
    let speak = (): void => {}
    const silent = new Promise<void>((resolve) => (speak = resolve))
    const transport = late(async (host) => {
      if (host === 'host-1') await silent
      else setTimeout(speak, 500)
    })
    const tasks = () => [asks, shell('once', { script: changes('once') }, { runOnce: true })]
    const run = await runLocal(tasks, { hosts: 2, forks: 1, slowMs: 300, transport })
    assert.equal(run.recap.exitCode, 0)
    assert.deepEqual(lines(), ['begin once', 'end once'])
  })

  it('are kept in the pause between two attempts: with one place, one host comes after the other', async () => {
    const tasks = ({ name }: { name: string }) => [
      shell('work', { script: `echo begin ${name} >>${log}` }),
      shell(
        'check',
        { script: `echo end ${name} >>${log}; test $(grep -c 'end ${name}' ${log}) -ge 3` },
        { retry: { times: 5, delayMs: 50 } },
      ),
    ]
    const run = await runLocal(tasks, { hosts: 2, forks: 1, slowMs: 60_000 })
    assert.equal(run.recap.exitCode, 0)
    const of = (name: string): string[] => [`begin ${name}`, ...Array<string>(3).fill(`end ${name}`)]
    assert.deepEqual(lines(), [...of('host-1'), ...of('host-2')])
  })
})
