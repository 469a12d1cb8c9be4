import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rejoinScript } from '../../../roles/postgres-replica/rejoin-script.ts'

describe('a node that is to rejoin', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'rejoin-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  /** Time flies, and Docker tells of a container that runs and says this. */
  function rejoin(says: string, timeout = 60_000) {
    const docker = `#!/bin/sh
      case "$*" in *State.Running*) echo true ;; *run-playbook/status*) echo "${says}" ;; logs*) echo its log >&2 ;; esac`
    writeFileSync(join(dir, 'docker'), docker, { mode: 0o755 })
    writeFileSync(join(dir, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
    const script = rejoinScript({
      way: 'rewind',
      because: '',
      dataDir: dir,
      primary: '10.88.0.12',
      container: 'postgres',
    })
    return spawnSync('sh', ['-c', script], {
      env: { PATH: `${dir}:${process.env['PATH']}` },
      encoding: 'utf8',
      timeout,
    })
  }

  it('and may not touch its data is given up, with its own words', () => {
    const { status, stderr } = rejoin('not following 10.88.0.12: it belongs to another cluster')
    assert.equal(status, 1)
    assert.match(
      stderr,
      /its log\nnot following 10.88.0.12: it belongs to another cluster; the node continues by itself/,
    )
    assert.equal(readFileSync(join(dir, 'rejoin'), 'utf8'), 'action=rewind\nprimary=10.88.0.12\n')
  })

  it('and copies is waited for, however long that takes', () => {
    assert.equal(rejoin('copying the primary 10.88.0.12', 4000).signal, 'SIGTERM')
  })
})
