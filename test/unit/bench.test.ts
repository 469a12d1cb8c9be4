import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Patience } from '../../bench/measure/patience.ts'
import { Rows } from '../../bench/measure/rows.ts'
import { Stage } from '../../bench/measure/stage.ts'
import { plainEnv, timed } from '../../bench/measure/timed.ts'
import type { Results, Row } from '../../bench/measure/results.ts'
import { goalLines } from '../../bench/show/goals.ts'
import { withNumbers } from '../../bench/show/page.ts'
import type { Phase } from '../../bench/tools/tool.ts'
import { judge } from '../../bench/work/judge.ts'
import { after as stateAfter, drifted } from '../../bench/work/states.ts'
import { tasks } from '../../bench/work/tasks.ts'

describe('the bench', () => {
  const works = tasks(30)
  let folder: string
  let stage: Stage
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rp-bench-test-'))
    stage = new Stage(works, {
      hosts: [{ name: 'host-1', folder, address: '127.0.0.1' }],
      user: { name: 'nobody', uid: process.getuid?.() ?? 0 },
      port: 22,
      at: folder,
      sshConfig: '',
      key: '',
      knownHosts: '',
      hostKey: '',
    })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  describe('its judge', () => {
    beforeEach(() => stage.set('no-op'))
    const at = (name: string): string => join(folder, name)
    const verdict = (): string[] => judge(folder, stateAfter(works, 'host-1'))

    it('finds nothing wrong where everything is as it should be', () => assert.deepEqual(verdict(), []))

    const faults: Readonly<Record<string, () => void>> = {
      'app-0/conf/0.conf has another content': () =>
        writeFileSync(
          at('app-0/conf/0.conf'),
          readFileSync(at('app-0/conf/0.conf'), 'utf8').replace('on host-1', 'on host-2'),
        ),
      'etc-0/limits.conf has another content': () => writeFileSync(at('etc-0/limits.conf'), 'third = 3\n'),
      'app-0/share/2.txt is missing': () => rmSync(at('app-0/share/2.txt')),
      'app-0/share/2.txt.tmp should not be there': () => writeFileSync(at('app-0/share/2.txt.tmp'), ''),
      'app-0/share/1.txt has mode 600, not 644': () => chmodSync(at('app-0/share/1.txt'), 0o600),
      'app-0/log has mode 755, not 750': () => chmodSync(at('app-0/log'), 0o755),
      'app-0/current.conf leads to conf/1.conf, not to conf/0.conf': () => {
        rmSync(at('app-0/current.conf'))
        symlinkSync('conf/1.conf', at('app-0/current.conf'))
      },
      'app-0/bin/data is a directory, not a link': () => {
        rmSync(at('app-0/bin/data'))
        mkdirSync(at('app-0/bin/data'))
      },
    }
    for (const [sentence, damage] of Object.entries(faults))
      it(`says: ${sentence}`, () => {
        damage()
        assert.deepEqual(verdict(), [sentence])
      })
  })

  it('does not take a dry run that changed something', () => {
    stage.set('dry run')
    assert.equal(stage.verdict('dry run', 4), undefined)
    stage.set('no-op')
    assert.match(stage.verdict('dry run', 4) ?? '', /host-1: app-0\/bin\/data should not be there/)
  })

  it('does not take a tool that reports another number of changes', () => {
    stage.set('no-op')
    assert.equal(stage.verdict('no-op', 0), undefined)
    assert.equal(stage.verdict('first run', 27), undefined)
    assert.equal(stage.verdict('no-op', 2), 'it says that 2 tasks made changes, not 0')
  })

  it('damages four things of each set before a dry run', () => {
    const wanted = stateAfter(tasks(60), 'host-1')
    const now = drifted(wanted)
    const other = [...wanted.keys()].filter(
      (path) => JSON.stringify(wanted.get(path)) !== JSON.stringify(now.get(path)),
    )
    assert.equal(other.length, 8)
  })

  it('ends a tool that takes too long, with all that it started', async () => {
    const argv = ['sh', '-c', 'sleep 100 & echo $!; wait']
    const { late, wallS, output } = await timed(argv, { folder, env: plainEnv(folder), mostS: 1 })
    assert.deepEqual([late, wallS], [true, 1])
    // Whoever has taken it over may take a moment to notice its end.
    const ended = `! [ -e /proc/${output.trim()} ] || grep -q '^State:.*Z' /proc/${output.trim()}/status`
    execFileSync('sh', ['-c', `until ${ended}; do sleep 0.02; done`], { timeout: 60_000 })
  })

  it('repeats a tool until it has used up its time, and not after it failed', () => {
    const rows = new Rows({ tasks: 30, hosts: 3, delayMs: 0 })
    const goesOn = (tool: string): boolean => rows.goesOn('no-op', tool, 25)
    assert.ok(goesOn('Ansible'))
    rows.add('no-op', 'Ansible', { wallS: 20, cpuS: 1 })
    assert.ok(goesOn('Ansible'))
    rows.add('no-op', 'Ansible', { wallS: 20, cpuS: 1 })
    assert.ok(!goesOn('Ansible'))
    rows.add('no-op', 'floor', { wallS: 1, cpuS: 1, wrong: 'a file is missing' })
    assert.ok(!goesOn('floor'))
  })

  it('leaves a tool that was too slow out where there is as much to do or more', () => {
    const patience = new Patience()
    patience.noteSlow('Ansible', { tasks: 30, hosts: 50, delayMs: 20 })
    const allows = (tasks: number, hosts: number, delayMs: number, tool = 'Ansible'): boolean =>
      patience.allows(tool, { tasks, hosts, delayMs })
    assert.deepEqual([allows(30, 50, 20), allows(300, 50, 100)], [false, false])
    assert.deepEqual(
      [allows(300, 10, 20), allows(30, 50, 0), allows(30, 50, 20, 'Mitogen')],
      [true, true, true],
    )
  })

  const row = (tool: string, phase: Phase, wallS: number[], more: Partial<Row> = {}): Row => ({
    tasks: 30,
    hosts: 3,
    delayMs: 20,
    tool,
    phase,
    wallS,
    cpuS: wallS,
    ...more,
  })
  const results: Results = {
    at: '2026-01-02T03:04:05Z',
    commit: 'abc',
    node: 'v20.0.0',
    cores: 2,
    processor: 'P',
    delayedBy: 'netem',
    versions: { Ansible: '2.14' },
    rows: [
      row('ssh host true', 'no-op', [0.5, 0.1, 0.4]),
      row('floor', 'no-op', [0.2, 0.3, 0.1]),
      row('run-playbook', 'no-op', [0.6, 0.9, 0.6]),
      row('Mitogen', 'no-op', [60], { longerThan: 60 }),
      row('Ansible', 'no-op', [0.1, 0.1, 0.1], { wrong: 'a file is missing' }),
    ],
    starts: [],
    manyHosts: [],
  }

  it('says which goals are missed, and which were not measured', () => {
    const at = { delayMs: 0 }
    const start = (program: string, wallS: number) => ({ program, wallS: [wallS], cpuS: [wallS] })
    const lines = goalLines({
      ...results,
      rows: [
        row('ssh host true', 'no-op', [0.4], at),
        row('run-playbook', 'no-op', [0.6], at),
        row('run-playbook', 'first run', [60], { ...at, wrong: 'exit status 2' }),
      ],
      starts: [start('node -e 0', 0.04), start('run-playbook --help', 0.05)],
      screen: { hosts: 100, tasksASecond: 400, percent: 4 },
    })
    const line = (name: string): string | undefined => lines.find((one) => one.includes(name))?.trim()
    assert.match(line('no-op, 30 tasks, 3 hosts, 0 ms') ?? '', /^1\.50 .* missed$/)
    assert.match(line('--help') ?? '', /^1\.25 .*0$/)
    assert.match(line('first run') ?? '', /^not measured/)
    assert.match(line('no-op, 300 tasks, 50 hosts, 20 ms') ?? '', /^not measured/)
    assert.match(line('screen') ?? '', /^4\.00/)
  })

  it('writes medians and ratios, and no number of a tool that was wrong or too slow', () => {
    const page = withNumbers(readFileSync('docs/speed.md', 'utf8'), results)
    assert.ok(
      page.includes('| 30 | 3 | 20 ms | 0.40 s | 0.20 s (0.5×) | 0.60 s (1.5×) | > 60 s | failed | 3.0× |'),
      page,
    )
    assert.equal(withNumbers(page, results), page)
  })
})
