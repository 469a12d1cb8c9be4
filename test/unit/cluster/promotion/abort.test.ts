import assert from 'node:assert/strict'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { planPromotionAbort } from '../../../../lib/cluster/promotion/abort.ts'
import { bare, cluster, orphan, primary, replica, silent } from '../nodes.ts'

const fence = 'node-b (10.88.0.12), 2026-11-24T14:03:00Z'
const closed = primary({ fence, server: undefined, container: 'exited', clean: true })

const plan = (facts: NodeFact[], to = 'node-b') => {
  const abort = planPromotionAbort(cluster(...facts), to)
  return [
    abort.kind,
    ...('from' in abort ? [abort.from.name] : [abort.primary.name]),
    ...('replicas' in abort ? abort.replicas.map(({ name }) => name) : []),
  ]
}
const refused = (message: RegExp, hint: RegExp, facts: NodeFact[], to = 'node-b') =>
  assert.throws(
    () => plan(facts, to),
    (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'E_ABORT')
      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
      assert.match(error.hint ?? '', /Nothing was changed/)
      return true
    },
  )

describe('an abort of a promotion', () => {
  it('leads back from any point until the promotion itself', () => {
    const back = ['back', 'node-a', 'node-b', 'node-c']
    assert.deepEqual(plan([primary({ fence }), replica(), replica()]), back, 'fenced, not stopped')
    assert.deepEqual(plan([closed, orphan(1000), orphan(1000)]), back, 'stopped')
    const stopped = replica({ server: undefined, container: 'exited' })
    assert.deepEqual(plan([closed, stopped, orphan(1000)]), back, 'an abort that was killed')
    // Nobody waits for a node that is down.
    assert.deepEqual(plan([closed, orphan(1000), silent]), ['back', 'node-a', 'node-b'])
  })

  it('says that none was begun', () => {
    assert.deepEqual(plan([primary(), replica(), replica()]), ['nothing', 'node-a'])
    const guarded = primary({
      fence: '10.88.0.13, timeline 2, found 2026-11-24T14:03:00Z',
      server: undefined,
    })
    assert.deepEqual(plan([guarded, replica(), primary({ timeline: 2 })]), ['nothing', 'node-c'])
  })

  it('is refused past the point of no return, and says how to go on', () => {
    const finish = /To finish the promotion: run-playbook promote -e to=node-b\. To return to node-a/
    refused(/node-b is the primary: the point of no return .* has been passed/, finish, [
      closed,
      primary({ timeline: 2 }),
      orphan(1000),
    ])
    refused(/node-b is the primary/, /run-playbook promote -e to=NODE/, [replica(), primary(), replica()])
    refused(/node-c is on timeline 2, and node-a on timeline 1/, /run-playbook status/, [
      closed,
      orphan(1000),
      primary({ timeline: 2 }),
    ])
  })

  it('is refused where it is not known how far the promotion got', () => {
    refused(/node-b cannot be reached/, /Bring node-b back/, [closed, silent, orphan(1000)])
    refused(/node-b has no data/, /"fenced"/, [closed, bare, orphan(1000)])
    refused(/no node that can be reached has the data of a primary/, /Bring node-a back/, [
      silent,
      orphan(1000),
      orphan(1000),
    ])
    const dockerTrouble = 'cannot connect to containerd'
    refused(/Docker does not answer on node-a/, /systemctl status docker/, [
      primary({ fence, server: undefined, dockerTrouble }),
      orphan(1000),
      orphan(1000),
    ])
  })

  it('is refused for another node than the one that was to take over', () => {
    const right = /run-playbook promote -e to=node-b -e abort=yes/
    refused(
      /a promotion of node-b was begun, not of node-c/,
      right,
      [closed, orphan(1000), orphan(1000)],
      'node-c',
    )
    refused(
      /a promotion of node-b was begun, not of node-a/,
      right,
      [closed, orphan(1000), orphan(1000)],
      'node-a',
    )
    refused(/there is no node node-x/, /The cluster has/, [primary(), replica()], 'node-x')
  })
})
