import assert from 'node:assert/strict'
import { z } from 'zod'
import type { TaskEnded } from '../../../lib/core/events.ts'
import { type ModuleDefinition, defineModule } from '../../../lib/core/module.ts'
import { type Probe, ask } from '../../../lib/core/probe.ts'
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
        assert.equal(run.tasks[0]?.error?.message, 'oops')
        assert.match(run.tasks[0]?.error?.hint ?? '', /Please report/)
      }
    })
  }

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
      [['failed', 'oops']],
    )
    assert.deepEqual(
      of('host-2').map(({ task, status }) => `${task}: ${status}`),
      ['next: changed'],
    )
    assert.equal(run.recap.exitCode, 2)
    assert.equal(run.events.at(-1)?.type, 'recap')
  })
})
