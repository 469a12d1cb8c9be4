import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../../../lib/core/errors.ts'
import { type Reader, ask } from '../../../lib/core/probe.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { runLocally } from '../../support/run-local.ts'

const hello: Reader<string> = {
  name: 'hello',
  ask: () => 'echo here',
  parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
  sees: () => [],
}

describe('secrets that a run makes', () => {
  let store = ''
  const seen: boolean[] = []
  // A run that is refused leaves its folder behind.
  afterEach(() => rmSync(dirname(store), { recursive: true, force: true }))
  const book = (refuse: boolean): Playbook =>
    definePlaybook({
      description: 'test',
      facts: { hello: { probe: () => ask(hello, ''), unknown: 'unknown', become: false } },
      plays: ({ facts, secrets, stateDir }) => {
        store = join(stateDir, 'secrets.age')
        secrets.password('app')
        seen.push(existsSync(store))
        if (refuse && facts.hello['host-1'] === 'here') throw new UserError('E_REFUSED', 'no')
        const tasks = () => {
          seen.push(existsSync(store))
          return []
        }
        return [definePlay({ name: 'test', hosts: pattern('all'), become: false, tasks })]
      },
      closing: () => String(existsSync(store)),
    }) as Playbook

  it('are not stored by a run that is refused by what the hosts say: the next one would take them for the right ones', async () => {
    await assert.rejects(runLocally(book(true)), { code: 'E_REFUSED' })
    assert.equal(existsSync(store), false)
    assert.deepEqual([...new Set(seen)], [false])
  })

  it('are stored by one that goes on', async () => {
    const { events } = await runLocally(book(false))
    assert.deepEqual(
      events.flatMap((event) => ('text' in event ? [event.text] : [])),
      ['true'],
    )
  })
})
