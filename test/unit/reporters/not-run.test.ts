import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import type { RunEvent } from '../../../lib/core/events.ts'
import { createBoard } from '../../../lib/reporters/board.ts'
import { noColour } from '../../../lib/reporters/palette.ts'
import { recapSentence } from '../../../lib/reporters/recap-text.ts'
import { ended, failed, recap } from './events.ts'
import { report, terminal } from './terminal.ts'

const hosts = ['node-b', 'node-a', 'node-c', 'node-d']

/** The first of four hosts fails in a serial play. node-a had one task of it already. */
const stopped: readonly RunEvent[] = [
  { type: 'run', playbook: 'web', mode: 'apply', hosts },
  { type: 'play', play: 'web', hosts, taskCounts: {} },
  failed({ play: 'web', host: 'node-b', task: 'install' }),
  {
    type: 'not-run',
    play: 'web',
    host: 'node-b',
    role: 'web',
    task: 'reload',
    module: 'service',
    because: 'install failed',
  },
  ended({ play: 'web', host: 'node-a', task: 'install' }),
  {
    type: 'play-stopped',
    play: 'web',
    because: 'node-b failed, and the play is serial',
    hosts: ['node-c', 'node-d'],
  },
  recap(
    {
      'node-a': { ok: 1 },
      'node-d': { notRun: 2, roundTrips: 0 },
      'node-c': { notRun: 2, roundTrips: 0 },
      'node-b': { failed: 1, notRun: 1 },
    },
    { exitCode: 2 },
  ),
]

const SUM = `node-b  0 ok  0 changed  1 failed  1 not run  1 round trip
node-a  1 ok  0 changed  0 failed  0 not run  1 round trip
node-c  0 ok  0 changed  0 failed  2 not run  0 round trips  not begun
node-d  0 ok  0 changed  0 failed  2 not run  0 round trips  not begun
4 hosts: 0 changed, 1 ok, 1 failed, 5 not run in 1.2 s
`
const WORD = 'play web stopped: node-b failed, and the play is serial. Not begun: node-c, node-d.'

describe('a run that ended early', () => {
  it('says which play stopped, why, and which hosts were not begun, in the order of the inventory', async () => {
    const { stdout, stderr } = await report(stopped)
    assert.ok(stdout.endsWith(`\n\n${SUM}`), stdout)
    assert.ok(stderr.includes(`\n${WORD}\n`), stderr)
  })

  it('says the same on a terminal', async () => {
    const { stdout, stderr } = await report(stopped, { stdout: terminal() })
    assert.ok(stripVTControlCharacters(stdout).endsWith(`\n\n${SUM}`), stdout)
    assert.ok(stderr.includes(`\n${WORD}\n`), stderr)
  })

  it('names each task that was never begun at -v', async () => {
    const { stdout } = await report(stopped, { verbosity: 1 })
    assert.match(stdout, /^node-b {2}not run {2}web › reload \(service\) {2}install failed$/m)
  })

  it('says all of it in JSON, hosts in the order of the inventory', async () => {
    const { stdout } = await report(stopped, { output: 'json' })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; hosts: object })
    assert.deepEqual(
      lines.map(({ type }) => type),
      ['run', 'play', 'task', 'not-run', 'task', 'play-stopped', 'recap'],
    )
    assert.deepEqual(Object.keys(lines.at(-1)?.hosts ?? {}), hosts)
  })

  it('lists in JUnit what was never begun as skipped', async () => {
    const { stdout } = await report(stopped, { output: 'junit' })
    assert.match(stdout, /<testsuite name="node-b" tests="2" failures="1" errors="0" skipped="1"/)
    assert.match(
      stdout,
      /name="reload \(service\)" time="0.000">\s*<skipped message="not run: install failed"\/>/,
    )
    assert.match(stdout, /<testsuite name="node-c" tests="1" failures="0" errors="0" skipped="1"/)
    assert.match(stdout, /<skipped message="not begun: node-b failed, and the play is serial"\/>/)
  })

  it('is an error in JUnit as long as it has not come to its end', async () => {
    const { stdout } = await report(stopped.slice(0, -1), { output: 'junit' })
    assert.match(stdout, /<error message="the run has not come to its end" type="E_NOT_ENDED">/)
    const interrupted = await report([...stopped.slice(0, -1), recap({}, { exitCode: 130 })], {
      output: 'junit',
    })
    assert.match(interrupted.stdout, /<error message="the run was interrupted" type="E_INTERRUPTED">/)
  })
})

for (const how of ['ignored', 'rescued'] as const)
  describe(`a failure that was ${how}`, () => {
    it(`is counted as ${how}`, async () => {
      assert.equal(
        recapSentence(recap({ a: { ok: 3, [how]: 1 } }), false),
        `1 host: 0 changed, 3 ok, 1 ${how} in 1.2 s`,
      )
      const events = [failed({ host: 'a', [how]: true }), recap({ a: { [how]: 1 } })]
      const { stdout, stderr } = await report(events)
      assert.match(stdout, new RegExp(`^a {2}0 ok {2}0 changed {2}1 ${how} {2}1 round trip$`, 'm'))
      assert.match(stdout, new RegExp(`failed \\(${how}\\) .*docker run failed with exit code 125`))
      assert.doesNotMatch(stdout, /Nothing had to change/)
      assert.equal(stderr, '', 'it is told as a failure of the run')
    })

    it('is no failure in JUnit, and is marked in JSON', async () => {
      const events = [failed({ host: 'a', [how]: true }), recap({ a: { [how]: 1 } })]
      assert.match((await report(events, { output: 'junit' })).stdout, /failures="0"/)
      const [task = ''] = (await report(events, { output: 'json' })).stdout.split('\n')
      assert.match(task, new RegExp(`"${how}":true`))
    })

    it('does not mark its host as failed while it works', () => {
      const board = createBoard(['a'], { a: 2 }, noColour)
      board.see(failed({ host: 'a', [how]: true }))
      assert.equal(board.line('a'), `a  1/2  1 ${how}  applying`)
    })
  })
