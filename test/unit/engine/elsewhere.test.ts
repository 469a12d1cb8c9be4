import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import type { Host } from '../../../lib/playbook/inventory.ts'
import { runLocal } from '../../support/run-local.ts'

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
