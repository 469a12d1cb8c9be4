import assert from 'node:assert/strict'
import type { Host } from '../../../lib/playbook/inventory.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Play, type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { shell } from '../../../lib/modules/index.ts'
import { runLocally } from '../../support/run-local.ts'

/** A play on five hosts of which some fail, and one behind it. */
async function run(failing: readonly string[], options: Partial<Play>) {
  const tasks = ({ name }: Host) => [shell('work', { script: failing.includes(name) ? 'false' : 'true' })]
  const plays = () => [
    definePlay({ name: 'rolling', hosts: pattern('all'), become: false, tasks, ...options }),
    definePlay({
      name: 'behind',
      hosts: pattern('all'),
      become: false,
      tasks: () => [shell('last', { script: 'true' })],
    }),
  ]
  const {
    events,
    recap,
    tasks: ended,
  } = await runLocally(definePlaybook({ description: 'test', plays }) as Playbook, {
    hosts: 5,
  })
  const stopped = events.filter((event) => event.type === 'play-stopped')
  const begun = ended.filter(({ task }) => task === 'work').map(({ host }) => host.replace('host-', ''))
  return { stopped, begun: begun.toSorted().join(), behind: ended.some(({ task }) => task === 'last'), recap }
}
const left = ({ stopped }: Awaited<ReturnType<typeof run>>) => stopped.map(({ hosts }) => hosts)

describe('a play that is serial', () => {
  it('stops after a batch with a failure, says so, and names the hosts that it did not begin', async () => {
    const one = await run(['host-1'], { serial: 2 })
    assert.deepEqual(left(one), [['host-3', 'host-4', 'host-5']])
    assert.deepEqual(one.stopped[0]?.because, 'host-1 failed')
    assert.deepEqual([one.begun, one.behind, one.recap.exitCode], ['1,2', false, 2])
    // Hosts that were not begun are no hosts that are done.
    assert.equal(one.recap.hosts['host-3']?.ok ?? 0, 0)
  })

  for (const [serial, begun] of [
    ['40%', '1,2'],
    [[1, 2], '1'],
    [[1, '100%'], '1'],
    ['10%', '1'],
  ] as const)
    it(`makes its batches of ${JSON.stringify(serial)}`, async () => {
      assert.equal((await run(['host-1'], { serial })).begun, begun)
    })

  it('goes on with as many failures as maxFailPercentage allows', async () => {
    const within = await run(['host-1'], { serial: 2, maxFailPercentage: 50 })
    assert.deepEqual([within.begun, within.stopped, within.behind], ['1,2,3,4,5', [], true])
    const beyond = await run(['host-1', 'host-2'], { serial: 2, maxFailPercentage: 50 })
    assert.deepEqual([beyond.begun, left(beyond)], ['1,2', [['host-3', 'host-4', 'host-5']]])
  })
})

describe('a play that is not serial', () => {
  it('goes on without the host that failed', async () => {
    const one = await run(['host-2'], {})
    assert.deepEqual([one.begun, one.stopped, one.behind], ['1,2,3,4,5', [], true])
  })

  it('ends the run after a failure with anyErrorsFatal', async () => {
    const one = await run(['host-2'], { anyErrorsFatal: true })
    assert.deepEqual([one.begun, one.behind, one.recap.exitCode], ['1,2,3,4,5', false, 2])
  })
})
