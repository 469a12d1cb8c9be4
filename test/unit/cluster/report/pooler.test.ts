import assert from 'node:assert/strict'
import { readAnswer } from '../../../../lib/cluster/report/answer.ts'
import { nodeStatus } from '../../../../lib/cluster/report/node-status.ts'
import { metricsOf } from '../../../../docker/status/metrics.ts'
import { OTHER, PRIMARY, REPLICA, hosts, report } from './three-nodes.ts'

const GOOD = {
  answers: true,
  held: false,
  primary: '10.88.0.11',
  maxClientConn: 100,
  clientsActive: 3,
  clientsWaiting: 0,
  serversActive: 1,
  serversIdle: 2,
  maxWaitSeconds: 0,
  pools: [],
}

describe('PgBouncer in the status', () => {
  /** What a node printed, with what its PgBouncer said of itself so many seconds before. */
  const saying = (of: string, more: object = {}, seconds = 3) => {
    const at = Number(/^clock (\d+)$/m.exec(of)?.[1]) - seconds
    return `pooler.json ${JSON.stringify({ ...GOOD, at, ...more })}\n${of}`
  }
  const about = (more: object, seconds?: number) =>
    report([saying(PRIMARY), saying(REPLICA, more, seconds), saying(OTHER)], hosts, {}, {})

  it('is a column where there is one, and nothing to say when all is well', () => {
    const { say, warnings } = about({})
    assert.equal(say('node-b', 'pooler'), '3/100')
    assert.deepEqual(warnings, [])
    assert.ok(!report([PRIMARY, REPLICA, OTHER]).table.columns.some(({ name }) => name === 'pooler'))
  })

  for (const [what, more, cell, warning, seconds] of [
    ['does not answer', { answers: false }, 'silent', 'critical node-b pooler-silent'],
    ['has not said anything for a minute', {}, '3/100', 'critical node-b pooler-silent', 60],
    ['finds no primary', { held: true, clientsWaiting: 2 }, '5/100, held', 'critical node-b pooler-held'],
    ['leads to another node', { primary: '10.88.0.13' }, '3/100', 'warning node-b pooler-astray'],
    [
      'has clients that wait',
      { clientsWaiting: 4, maxWaitSeconds: 9 },
      '7/100, 4 waiting',
      'warning node-b pooler-waiting',
    ],
    ['has nearly as many clients as it takes', { clientsActive: 80 }, '80/100', 'warning node-b pooler-full'],
  ] as const)
    it(`is warned of where it ${what}`, () => {
      const { say, warnings } = about(more, seconds)
      assert.equal(say('node-b', 'pooler'), cell)
      assert.deepEqual(warnings, [warning])
    })

  it('is missed where there is to be one', () => {
    const { warnings } = report([saying(PRIMARY), REPLICA, saying(OTHER)], hosts, {}, {})
    assert.deepEqual(warnings, ['critical node-b pooler-silent'])
  })

  it('may let clients wait for a moment', () => {
    assert.deepEqual(about({ clientsWaiting: 4, maxWaitSeconds: 1 }).warnings, [])
  })

  it('is told to Prometheus, and nothing is where there is none', async () => {
    const metrics = async (of: string) => {
      const [host] = hosts
      assert.ok(host)
      const time = new Date(0).toISOString()
      const answer = await metricsOf({
        ...nodeStatus(readAnswer(of), host, [], 0),
        warnings: [],
        history: { everySeconds: 1, lagBytes: [], standbys: {} },
        service: { version: '0', startedAt: time, memoryBytes: 0 },
      })
      return String(answer.body)
    }
    const some = await metrics(saying(PRIMARY, { clientsWaiting: 2, maxWaitSeconds: 1.5 }))
    for (const line of [
      'run_playbook_pooler_up 1',
      'run_playbook_pooler_clients{state="active"} 3',
      'run_playbook_pooler_clients{state="waiting"} 2',
      'run_playbook_pooler_clients_allowed 100',
      'run_playbook_pooler_servers{state="idle"} 2',
      'run_playbook_pooler_max_wait_seconds 1.5',
    ])
      assert.ok(some.split('\n').includes(line), line)
    const silent = await metrics(saying(PRIMARY, { answers: false }))
    assert.match(silent, /^run_playbook_pooler_up 0$/m)
    assert.doesNotMatch(silent, /pooler_clients\{/)
    assert.doesNotMatch(await metrics(PRIMARY), /^run_playbook_pooler/m)
  })
})
