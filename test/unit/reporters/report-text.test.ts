import assert from 'node:assert/strict'
import type { Report } from '../../../lib/core/report.ts'
import type { Reported, RunEvent } from '../../../lib/core/events.ts'
import { recap } from './events.ts'
import { report, reporterOn, terminal } from './terminal.ts'

const bad = (text: string) => ({ text, tone: 'bad' as const })

const sample: Report = {
  parts: [
    {
      kind: 'table',
      columns: [
        { name: 'node' },
        { name: 'lag', align: 'right' },
        { name: 'nothing' },
        { name: 'version', optional: true },
        { name: 'backups' },
      ],
      rows: [
        ['node-a', '1.5 GB', '', '17.12', 'full 2 h ago'],
        ['node-long', bad('unknown'), '', '15.20', bad('none')],
      ],
    },
    { kind: 'lines', lines: [] },
    {
      kind: 'lines',
      lines: [
        { label: bad('critical'), text: 'node-long has no full backup: nothing could be restored from it' },
        { label: 'warning', text: 'a word' },
      ],
    },
  ],
  data: { nodes: { 'node-a': { lagBytes: 3 } } },
}

const run: RunEvent = { type: 'run', playbook: 'status', mode: 'apply', hosts: ['node-a', 'node-long'] }
const said: Reported = { type: 'report', ...sample }
const whole = [run, said, recap({ 'node-a': {}, 'node-long': {} })]

describe('a report', () => {
  it('is a table and lines, and all there is to read when nothing was played', async () => {
    const { stdout, stderr } = await report(whole)
    assert.equal(
      stdout,
      `node           lag  version  backups
node-a      1.5 GB  17.12    full 2 h ago
node-long  unknown  15.20    none

critical  node-long has no full backup: nothing could be restored from it
warning   a word
`,
    )
    assert.equal(stderr, '')
  })

  it('leaves out what there is no room for, and breaks lines between words', async () => {
    const { stdout } = await report(whole, { stdout: terminal(40), output: 'plain', env: { NO_COLOR: '1' } })
    assert.equal(
      stdout,
      `node           lag  backups
node-a      1.5 GB  full 2 h ago
node-long  unknown  none

critical  node-long has no full backup:
          nothing could be restored from
          it
warning   a word
`,
    )
  })

  it('is a block a row where not even the rest has room', async () => {
    const { stdout } = await report(whole, { stdout: terminal(25), output: 'plain', env: { NO_COLOR: '1' } })
    assert.equal(
      stdout.split('\n\n')[0],
      `node-a
  lag      1.5 GB
  version  17.12
  backups  full 2 h ago
node-long
  lag      unknown
  version  15.20
  backups  none`,
    )
  })

  it('is coloured for terminals, aligned all the same, and harmless whatever a host says', async () => {
    const table = { kind: 'table' as const, columns: [{ name: 'a' }, { name: 'b' }] }
    const rows = [[bad('x\x1b[2J\ny'), 'z']]
    const screen = terminal(80)
    const { stdout } = await report([run, { type: 'report', parts: [{ ...table, rows }], data: {} }], {
      stdout: screen,
      output: 'plain',
      env: { TERM: 'xterm' },
    })
    assert.equal(stdout, '\x1b[2ma\x1b[22m    \x1b[2mb\x1b[22m\n\x1b[31mx y\x1b[39m  z\n')
  })

  it('follows what was played, before the recap', async () => {
    const play: RunEvent = { type: 'play', play: 'p', hosts: ['node-a'], taskCounts: {} }
    const { stdout } = await report([run, play, said, recap({ 'node-a': { ok: 1 } })])
    assert.match(stdout, /^play p {2}node-a\n\nnode .*a word\n\nnode-a {2}1 ok .*Nothing had to change\.\n$/s)
  })

  it('is one line of JSON with its data', async () => {
    const { stdout } = await report(whole, { output: 'json' })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    assert.deepEqual(lines[1], { type: 'report', data: { nodes: { 'node-a': { lagBytes: 3 } } } })
    assert.equal(lines[2]?.type, 'recap')
  })

  describe('that is watched', () => {
    it('is drawn in the place of the one before, and stays at the end', async () => {
      const { reporter, stdout } = reporterOn({
        stdout: terminal(80, 20),
        output: 'progress',
        watch: 2,
        env: {},
      })
      for (const event of [run, said, said, recap({})]) reporter.handle(event)
      await reporter.finish()
      const drawings = stdout.text.split('\x1b[?2026h')
      assert.equal(drawings.length, 4)
      assert.match(drawings[1] ?? '', /asking node-a, node-long …/)
      assert.match(drawings[2] ?? '', /every 2 s, now \d\d:\d\d:\d\d; Ctrl-C ends/)
      // Eight lines: the head, a blank, the table, a blank, the list.
      assert.ok(drawings[3]?.startsWith('\x1b[?7l\x1b[8A\r'))
      assert.ok(stdout.text.endsWith('\x1b[?25h'))
    })

    it('never scrolls: what the screen has no room for is counted', async () => {
      const { reporter, stdout } = reporterOn({
        stdout: terminal(80, 6),
        output: 'progress',
        watch: 2,
        env: {},
      })
      reporter.handle(said)
      await reporter.finish()
      assert.match(stdout.text, /… 4 more lines/)
      assert.equal(stdout.text.split('\n').length, 6)
    })

    it('is appended with its time where nothing can move', async () => {
      const { stdout } = await report([run, said, said], { watch: 2 })
      assert.equal(stdout.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z\nnode /gm)?.length, 2)
    })
  })
})
