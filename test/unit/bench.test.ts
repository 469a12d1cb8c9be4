import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stage } from '../../bench/measure/stage.ts'
import type { Results, Row } from '../../bench/measure/results.ts'
import { withNumbers } from '../../bench/show/page.ts'
import type { Phase } from '../../bench/tools/tool.ts'
import { judge } from '../../bench/work/judge.ts'
import { after as stateAfter, drifted } from '../../bench/work/states.ts'
import { tasks } from '../../bench/work/tasks.ts'

describe('the bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rp-bench-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const works = tasks(30)
  const uid = process.getuid?.() ?? 0
  const stage = new Stage(works, {
    hosts: [{ name: 'host-1', folder, address: '127.0.0.1' }],
    user: { name: 'nobody', uid },
    port: 22,
    at: folder,
    sshConfig: '',
    key: '',
    knownHosts: '',
    hostKey: '',
  })

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

  it('writes medians and ratios, and no number of a tool that was wrong', () => {
    const row = (tool: string, phase: Phase, wallS: number[], wrong?: string): Row => ({
      tasks: 30,
      hosts: 3,
      delayMs: 20,
      tool,
      phase,
      wallS,
      cpuS: wallS,
      ...(wrong === undefined ? {} : { wrong }),
    })
    const results: Results = {
      at: '2026-01-02T03:04:05Z',
      node: 'v20.0.0',
      cores: 2,
      processor: 'P',
      delayedBy: 'netem',
      versions: { Ansible: '2.14' },
      rows: [
        row('ssh host true', 'no-op', [0.5, 0.1, 0.4]),
        row('floor', 'no-op', [0.2, 0.3, 0.1]),
        row('run-playbook', 'no-op', [0.6, 0.9, 0.6]),
        row('Ansible', 'no-op', [0.1, 0.1, 0.1], 'a file is missing'),
      ],
      starts: [],
      manyHosts: [],
    }
    const page = withNumbers(readFileSync('docs/speed.md', 'utf8'), results)
    assert.ok(
      page.includes('| 30 | 3 | 20 ms | 0.40 s | 0.20 s (0.5×) | 0.60 s (1.5×) | failed | 3.0× |'),
      page,
    )
    assert.equal(withNumbers(page, results), page)
  })
})
