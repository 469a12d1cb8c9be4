import assert from 'node:assert/strict'
import { noColour } from '../../../lib/reporters/palette.ts'
import { isWorthALine, taskLines } from '../../../lib/reporters/task-text.ts'
import { ended, failed } from './events.ts'

const detail = { palette: noColour, check: false, verbosity: 0, diff: true, width: Infinity }
const mode = { what: 'mode', from: '0644', to: '0640' }

describe('taskLines', () => {
  it('says what changed on one line', () => {
    assert.deepEqual(taskLines(ended({ status: 'changed', changes: [mode] }), detail), [
      'changed  postgres-primary › postgresql.conf (template)  mode 0644 → 0640',
    ])
  })

  it('speaks of the future in a dry run', () => {
    assert.deepEqual(
      taskLines(ended({ status: 'would-change', changes: [mode] }), { ...detail, check: true }),
      ['would change  postgres-primary › postgresql.conf (template)  mode 0644 → 0640'],
    )
  })

  it('says on what an unknown depends', () => {
    const event = ended({ status: 'unknown', after: 'pull image' })
    assert.deepEqual(taskLines(event, { ...detail, check: true }), [
      'unknown (after pull image)  postgres-primary › postgresql.conf (template)',
    ])
  })

  it('gives the reason for doing nothing', () => {
    assert.deepEqual(taskLines(ended({ because: 'already 0640 root:root' }), detail), [
      'ok       postgres-primary › postgresql.conf (template)  already 0640 root:root',
    ])
  })

  it('names a handler, and a task outside of roles', () => {
    const event = ended({ role: '', status: 'changed', handler: true, changes: [{ what: 'restart' }] })
    assert.deepEqual(taskLines(event, detail), ['changed  postgresql.conf (template, handler)  restart'])
  })

  it('says why an ignored failure failed', () => {
    const lines = [
      'failed (ignored)  postgres-primary › postgres (docker)  docker run failed with exit code 125',
      '    docker: Conflict. The container name "/postgres" is already in use.',
      '    See docker run --help.',
      '    Declared at roles/postgres-primary/role.ts:23  E_COMMAND_FAILED',
    ]
    assert.deepEqual(taskLines(failed({ ignored: true }), detail), lines)
    assert.deepEqual(taskLines(failed({}), detail).length, 1)
  })

  it('gives changes lines of their own when there is no room', () => {
    const event = ended({
      status: 'changed',
      changes: [mode, { what: 'owner', from: 'root', to: 'postgres' }],
    })
    assert.deepEqual(taskLines(event, { ...detail, width: 80 }), [
      'changed  postgres-primary › postgresql.conf (template)',
      '    mode 0644 → 0640',
      '    owner root → postgres',
    ])
  })

  it('shows diffs when they are wanted, and commands at -vv', () => {
    const event = ended({
      status: 'changed',
      changes: [{ what: 'content' }],
      diffs: ['@@ -1 +1 @@\n-a\x1b[2J\n+b\n'],
      commands: ["cat > /x <<'E'\nb\nE"],
    })
    const head = 'changed  postgres-primary › postgresql.conf (template)  content'
    const diff = ['    @@ -1 +1 @@', '    -a', '    +b']
    assert.deepEqual(taskLines(event, detail), [head, ...diff])
    assert.deepEqual(taskLines(event, { ...detail, diff: false }), [head])
    assert.deepEqual(taskLines(event, { ...detail, verbosity: 2 }), [
      head,
      "    $ cat > /x <<'E'",
      '      b',
      '      E',
      ...diff,
    ])
  })
})

describe('isWorthALine', () => {
  it('is quiet about what is as it should be', () => {
    assert.deepEqual(
      (['ok', 'skipped', 'changed', 'would-change', 'unknown', 'failed'] as const).map((status) =>
        isWorthALine(ended({ status }), 0),
      ),
      [false, false, true, true, true, true],
    )
    assert.equal(isWorthALine(ended(), 1), true)
  })
})
