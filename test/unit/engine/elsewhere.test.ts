import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import { group } from '../../../lib/core/group.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import type { Host } from '../../../lib/playbook/inventory.ts'
import { type LocalRun, runLocal } from '../../support/run-local.ts'

// The hosts are this machine under several names: which of them did the work is told by the report.
describe('a task that runs elsewhere', () => {
  let root: string
  const at = (name: string) => join(root, name)
  const lines = (name: string) =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').trim().split('\n') : []
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'elsewhere-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  for (const batch of [true, false])
    describe(batch ? 'batched' : 'one at a time', () => {
      it('runs on the host that it names, one host at a time, and its result belongs to the play’s host', async () => {
        const tasks = ({ name }: Host) => {
          const drain = shell(
            'drain',
            { script: `echo ${name} >> ${at('drained')}; echo from-balancer-for-${name}` },
            { delegateTo: 'host-3' },
          )
          const content = from(drain, ({ stdout }) => ({ dest: at(`answer-${name}`), content: stdout }))
          return name === 'host-3' ? [] : [drain, copy('answer', content)]
        }
        const run = await runLocal(tasks, { batch, hosts: 3 })
        assert.deepEqual(lines('drained').toSorted(), ['host-1', 'host-2'])
        assert.equal(readFileSync(at('answer-host-1'), 'utf8'), 'from-balancer-for-host-1\n')
        const drained = run.tasks.filter(({ task }) => task === 'drain')
        assert.deepEqual(
          drained.map(({ host, delegatedTo, status }) => `${host} ${delegatedTo} ${status}`).toSorted(),
          ['host-1 host-3 changed', 'host-2 host-3 changed'],
        )
      })

      it('runs once for all hosts, and each of them gets its result', async () => {
        const tasks = ({ name }: Host) => {
          const token = shell(
            'token',
            { script: `echo x >> ${at('made')}; echo secret-of-all` },
            { runOnce: true },
          )
          return [
            token,
            copy(
              'use',
              from(token, ({ stdout }) => ({ dest: at(`use-${name}`), content: stdout })),
            ),
          ]
        }
        const run = await runLocal(tasks, { batch, hosts: 4 })
        assert.equal(lines('made').length, 1)
        for (const host of ['host-1', 'host-2', 'host-3', 'host-4'])
          assert.equal(readFileSync(at(`use-${host}`), 'utf8'), 'secret-of-all\n')
        const statuses = run.tasks.filter(({ task }) => task === 'token').map(({ status }) => status)
        assert.deepEqual(statuses.toSorted(), ['changed', 'ok', 'ok', 'ok'])
      })
    })

  describe('that runs once', () => {
    /** On host-1 it comes last, because that host has more to do before. */
    const slowly = (name: string) => name === 'host-1' && shell('slow', { script: 'sleep 0.3' })
    const once = (name: string) =>
      shell('once', { script: `echo ${name} >> ${at('made')}; echo ${name}` }, { runOnce: true })
    /** Who ran it, and how it ended on each host. */
    const by = (run: LocalRun) => run.tasks.filter(({ task, status }) => task === 'once' && status !== 'ok')

    for (const batch of [true, false])
      it(`is run by the first host of the play, ${batch ? 'batched' : 'one at a time'}`, async () => {
        const run = await runLocal(({ name }) => [slowly(name), once(name)], { batch, hosts: 3 })
        assert.deepEqual(lines('made'), ['host-1'])
        assert.deepEqual(
          by(run).map(({ host, status }) => `${host} ${status}`),
          ['host-1 changed'],
        )
      })

    it('is run by the next host where the first one fails, or has no such task', async () => {
      const fails = (name: string) => name === 'host-1' && shell('fails', { script: 'sleep 0.3; exit 1' })
      await runLocal(({ name }) => [fails(name), name !== 'host-2' && once(name)], { hosts: 4 })
      assert.deepEqual(lines('made'), ['host-3'])
    })

    it('is run by the next host where the first one is rescued past it, and goes on to do other things', async () => {
      const first = () => [
        group({}, [shell('fails', { script: 'sleep 0.3; exit 1' }), once('host-1')], {
          rescue: [
            shell('waits for the others', { script: `until [ -e ${at('made')} ]; do sleep 0.05; done` }),
          ],
        }),
      ]
      const run = await runLocal(({ name }) => (name === 'host-1' ? first() : [group({}, [once(name)])]), {
        hosts: 3,
      })
      assert.equal(run.recap.exitCode, 0)
      assert.deepEqual(lines('made'), ['host-2'])
    })

    it('does not wait for a host whose turn comes later', async () => {
      const run = await runLocal(({ name }) => [slowly(name), once(name)], {
        hosts: 3,
        forks: 1,
        slowMs: 60_000,
      })
      assert.equal(run.recap.exitCode, 0)
      assert.deepEqual(lines('made'), ['host-1'])
    })

    it('runs on a host that only a rescue brings to it', async () => {
      const fails = (name: string) => shell('fails', { script: name === 'host-2' ? 'exit 1' : 'true' })
      await runLocal(({ name }) => [group({}, [fails(name)], { rescue: [once(name)] })], { hosts: 3 })
      assert.deepEqual(lines('made'), ['host-2'])
    })

    it('is foretold for all hosts in a dry run', async () => {
      const looks = () => shell('once', { script: 'echo found', changes: false }, { runOnce: true })
      const use = (name: string, task: ReturnType<typeof looks>) =>
        copy(
          'use',
          from(task, ({ stdout }) => ({ dest: at(`use-${name}`), content: stdout })),
        )
      const used = async (make: (name: string) => ReturnType<typeof looks>, batch: boolean) => {
        const tasks = ({ name }: Host) => {
          const task = make(name)
          return [task, use(name, task)]
        }
        const run = await runLocal(tasks, { hosts: 3, check: true, batch })
        return run.tasks.filter(({ task }) => task === 'use').map(({ status }) => status)
      }
      for (const batch of [true, false]) {
        assert.deepEqual(await used(looks, batch), ['would-change', 'would-change', 'would-change'])
        assert.deepEqual(await used(once, batch), ['unknown', 'unknown', 'unknown'])
      }
    })

    it('and would fail is foretold to fail for all', async () => {
      const tasks = () => [shell('once', { script: 'exit 1', changes: false }, { runOnce: true })]
      const dry = await runLocal(tasks, { hosts: 3, check: true })
      assert.deepEqual(dry.statuses, ['once: failed', 'once: failed', 'once: failed'])
    })
  })

  it('that runs once and fails fails for all', async () => {
    const run = await runLocal(() => [shell('once', { script: 'exit 1' }, { runOnce: true })], { hosts: 3 })
    assert.deepEqual(run.statuses, ['once: failed', 'once: failed', 'once: failed'])
    assert.match(run.tasks[1]?.error?.message ?? '', /runs once, and it failed on host-\d/)
  })

  it('is planned there in a dry run, and nothing is changed', async () => {
    const tasks = ({ name }: Host) => [
      file('there', { path: at(`f-${name}`), state: 'file' }, { delegateTo: 'host-2' }),
      file('once', { path: at('once'), state: 'file' }, { runOnce: true }),
    ]
    const dry = await runLocal(tasks, { check: true, hosts: 2 })
    assert.deepEqual(dry.statuses.toSorted(), [
      'once: skipped',
      'once: would-change',
      'there: would-change',
      'there: would-change',
    ])
    assert.equal(existsSync(at('once')), false)
  })

  it('refuses a host that the inventory does not have', async () => {
    const tasks = () => [shell('x', { script: 'true' }, { delegateTo: 'hsot-1' })]
    await assert.rejects(runLocal(tasks), { code: 'E_BAD_OPTION', hint: 'Did you mean host-1?' })
  })

  it('waits for no host that takes no part, and says why a host could not be reached', async () => {
    const { localTransport } = await import('../../../lib/transport/index.ts')
    const { UnreachableError } = await import('../../../lib/core/errors.ts')
    const local = localTransport({})
    const transport: typeof local = {
      connect: (host, signal) =>
        host.name === 'host-2'
          ? Promise.reject(new UnreachableError('E_CONNECT_FAILED', 'no route to host'))
          : local.connect(host, signal),
    }
    const tasks = () => [shell('there', { script: 'true' }, { delegateTo: 'host-2', ignoreErrors: true })]
    const run = await runLocal(tasks, { hosts: 2, limit: 'host-1', transport })
    assert.match(run.tasks[0]?.error?.message ?? '', /host-2: no route to host/)
  })
})
