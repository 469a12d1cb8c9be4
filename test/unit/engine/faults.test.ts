import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { TaskEnded } from '../../../lib/core/events.ts'
import { type ModuleDefinition, defineModule } from '../../../lib/core/module.ts'
import { type Probe, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { stat } from '../../../lib/modules/shared/stat.ts'
import { shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

type Definition = ModuleDefinition<{ path: string }, { path: string }, unknown>

/** A module with a mistake in one of its parts. */
const faulty = (parts: Partial<Definition>) =>
  defineModule<{ path: string }, { path: string }, unknown>({
    name: 'faulty',
    args: z.strictObject({ path: z.string() }),
    probe: ({ path }) => ask(stat, path) as Probe<unknown>,
    plan: () => ({ changes: [{ what: 'all' }] }),
    apply: () => [{ script: 'true' }],
    ...parts,
  })

const oops = (): never => {
  throw new TypeError('oops')
}
const PLACE = 'test/unit/engine/faults.test.ts:25'

describe('a mistake in a module', () => {
  const parts: Record<string, Partial<Definition>> = {
    probe: { probe: oops },
    'the parsing of its probe': { probe: ({ path }) => ({ ...ask(stat, path), parse: oops }) },
    plan: { plan: oops },
    apply: { apply: oops },
    touches: { touches: oops },
    verify: { verify: oops },
  }
  for (const [where, part] of Object.entries(parts)) {
    it(`fails its task and nothing else: ${where}`, async () => {
      const wrong = faulty(part)
      const tasks = () => [
        wrong('wrong', { path: '/etc/hostname' }, { ignoreErrors: true }),
        shell('next', { script: 'true' }),
      ]
      for (const batch of [true, false]) {
        const run = await runLocal(tasks, { batch })
        assert.deepEqual(run.statuses, ['wrong: failed', 'next: changed'])
        assert.equal(run.tasks[0]?.error?.message, `${PLACE} threw: oops`)
        assert.doesNotMatch(JSON.stringify(run.tasks[0].error), /report|node:|lib\//)
        assert.match(run.tasks[0]?.error?.hint ?? '', /^Correct the code there/)
      }
    })
  }

  it('such as a pattern that is none names the line, whoever refuses it', async () => {
    const mistakes: Record<string, () => unknown> = {
      'new RegExp': () => new RegExp(['('].join('')),
      'JSON.parse': () => JSON.parse('{') as unknown,
      'a function of Node.js': () => readFileSync('/none/file'),
      'another package': () => z.strictObject(1 as never).parse({}),
    }
    for (const [what, mistake] of Object.entries(mistakes)) {
      const wrong = faulty({ plan: () => ({ changes: [{ what: String(mistake()) }] }) })
      const { tasks } = await runLocal(() => [wrong('wrong', { path: '/etc/hostname' })])
      assert.match(tasks[0]?.error?.message ?? '', /^test\/unit\/engine\/faults\.test\.ts:\d+ threw: /, what)
    }
  })

  it('of run-playbook itself is to be reported, with the stack', async () => {
    const reader = readerOfOne({ name: 'one', ask: () => '', parse: () => '', sees: () => [] })
    const wrong = faulty({ plan: () => ({ changes: [{ what: reader.ask([]) }] }) })
    const { tasks } = await runLocal(() => [wrong('wrong', { path: '/etc/hostname' })])
    assert.equal(tasks[0]?.error?.code, 'E_UNEXPECTED')
    assert.equal(tasks[0].error.message, 'one answers one key at a time')
    assert.match(tasks[0].error.hint ?? '', /Please report/)
    assert.match(tasks[0].error.output ?? '', /reader-of-one/)
  })

  it('that leaves a change without steps is a failure, not the silent end of the play', async () => {
    const wrong = faulty({ apply: () => [] })
    const run = await runLocal(() => [
      wrong('wrong', { path: '/etc/hostname' }),
      shell('next', { script: 'true' }),
    ])
    assert.deepEqual(run.statuses, ['wrong: failed'])
    assert.equal(run.recap.exitCode, 2)
  })

  it('ends the work on its host only, even where no task can be blamed', async () => {
    const reader = { ...stat, name: 'broken', ask: oops }
    const wrong = faulty({ probe: ({ path }) => ask(reader, path) as Probe<unknown> })
    const run = await runLocal(
      (host) => [
        host.name === 'host-1' && wrong('wrong', { path: '/etc/hostname' }),
        shell('next', { script: 'sleep 0.2' }),
      ],
      { hosts: 2 },
    )
    const of = (name: string) => run.tasks.filter((event: TaskEnded) => event.host === name)
    assert.deepEqual(
      of('host-1').map(({ status, error }) => [status, error?.message]),
      [['failed', `${PLACE} threw: oops`]],
    )
    assert.deepEqual(
      of('host-2').map(({ task, status }) => `${task}: ${status}`),
      ['next: changed'],
    )
    assert.equal(run.recap.exitCode, 2)
    assert.equal(run.events.at(-1)?.type, 'recap')
  })
})
