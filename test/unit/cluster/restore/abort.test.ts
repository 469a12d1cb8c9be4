import assert from 'node:assert/strict'
import { planRestoreAbort } from '../../../../lib/cluster/restore/abort.ts'
import type { RestoreNode } from '../../../../lib/cluster/restore/fact.ts'
import { type Order, type Report, parseOrder } from '../../../../lib/cluster/restore/order.ts'
import { plotCourse } from '../../../../lib/cluster/restore/plan.ts'
import { begunCourse } from '../../../../lib/cluster/restore/unfinished.ts'
import { at, invent } from '../../pgbackrest/support.ts'
import { primary, replica, silent } from '../nodes.ts'
import { situation } from './situation.ts'

const id = '20261124T140300Z'
const order: Order = { id, node: 'node-b', to: 'then', wish: '{}', options: [], keep: true, abortable: true }
const report = (state: Report['state'], as = id): Report => ({
  as,
  state,
  at: 0,
  because: undefined,
  timeline: '2',
  lsn: '0/5000000',
  heartbeat: '',
  commit: '',
  databases: '',
})

const [wasPrimary, wasReplica] = [
  { order, old: 'primary' },
  { order, old: 'replica' },
] as const
const plan = (...facts: Partial<RestoreNode>[]) => {
  const abort = planRestoreAbort(situation(...facts))
  return abort.kind === 'nothing' ? [] : [abort.primary.name, ...abort.hosts.map(({ name }) => name)]
}
const refused = (message: RegExp, hint: RegExp, ...facts: Partial<RestoreNode>[]) =>
  assert.throws(
    () => plan(...facts),
    (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'E_ABORT')
      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
      assert.match(error.hint ?? '', /Nothing was changed/)
      return true
    },
  )
const finish = /To finish the restore: run-playbook restore -e in-place=yes\./

describe('an abort of a restore in place', () => {
  it('says that none is unfinished', () => {
    assert.deepEqual(plan({ node: primary() }, { node: replica(), inPlace: report('done') }), [])
  })

  it('leads back, however far the restore got before its point of no return', () => {
    const all = ['node-a', 'node-a', 'node-b', 'node-c']
    assert.deepEqual(plan(wasPrimary, wasReplica, wasReplica), all, 'stopped')
    assert.deepEqual(
      plan(wasPrimary, { ...wasReplica, inPlace: report('done') }, wasReplica),
      all,
      'restored',
    )
    const begun = [{ order, old: 'replica' }, { node: replica() }] as const
    assert.deepEqual(plan({ node: primary() }, ...begun), ['node-a', 'node-b'], 'not on all nodes yet')
    // The order of node-a is gone already.
    assert.deepEqual(
      plan({ node: primary() }, { node: replica() }, wasReplica),
      ['node-a', 'node-c'],
      'aborted',
    )
    // It was empty before.
    assert.deepEqual(plan(wasPrimary, { order, old: 'none', inPlace: report('done') }, wasReplica), all)
  })

  it('is refused past the point of no return, and says how to go on', () => {
    const passed = /the restore 20261124T140300Z on node-b has passed its point of no return/
    refused(passed, finish, wasPrimary, { ...wasReplica, opened: id, inPlace: report('done') }, wasReplica)
    // It is over; node-c was away.
    refused(passed, finish, { node: replica() }, { node: primary(), inPlace: report('done') }, wasReplica)
    // Those of an earlier restore.
    const earlier = { opened: 'earlier', inPlace: report('done', 'earlier') }
    assert.equal(plan(wasPrimary, { ...wasReplica, ...earlier }, wasReplica)[0], 'node-a')
  })

  it('is refused where it is not known what there was', () => {
    refused(/node-b cannot be reached/, /Bring node-b back/, wasPrimary, { node: silent }, wasReplica)
    refused(
      /no node that can be reached has the old data of a primary/,
      /Bring node-a back/,
      { node: silent },
      wasReplica,
    )
    refused(/node-a and node-c have the old data of a primary/, finish, wasPrimary, wasReplica, wasPrimary)
    const other = { order: { ...order, abortable: false }, old: 'primary' } as const
    refused(/begun while another restore was unfinished/, finish, other, other, other)
    const deaf = { ...wasReplica, node: replica({ server: undefined, dockerTrouble: 'no answer in time' }) }
    refused(/Docker does not answer on node-c/, /systemctl status docker/, wasPrimary, wasReplica, deaf)
  })

  it('that was cut short is finished before a restore begins anew', () => {
    const cut = situation(wasPrimary, { ...wasReplica, aborting: id }, wasReplica)
    assert.equal(planRestoreAbort(cut).kind, 'back')
    assert.throws(() => begunCourse(cut, undefined), {
      code: 'E_RESTORE_UNFINISHED',
      message: /and so was its abort \(node-b\)/,
      hint: /-e abort=yes\. Then run the restore again/,
    })
  })

  it('is not possible for a restore that was begun over another one, or by an earlier version', () => {
    const whole = invent({
      backups: [{ timeline: 1, from: 2, to: 2, stop: 150 }],
      segments: [1, 2, 3, 4].map((number) => ({ timeline: 1, number, at: number * 60 })),
    })
    const wish = { type: 'time', time: at(200), text: 'then' } as const
    const begin = (...facts: Partial<RestoreNode>[]) =>
      plotCourse(situation(...facts), wish, { keep: true }).order.abortable
    assert.equal(begin({ node: primary(), repository: whole }), true)
    assert.equal(begin({ order, repository: whole }), false)
    const { abortable: _, ...earlier } = order
    assert.equal(parseOrder(JSON.stringify(earlier))?.abortable, false)
  })
})
