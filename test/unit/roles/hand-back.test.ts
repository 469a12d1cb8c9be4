import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepStandby, openAgain } from '../../../roles/postgres-promote/hand-back.ts'

describe('a hand-over whose promotion failed', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hand-back-'))
    mkdirSync(join(dir, 'data/pgdata'), { recursive: true })
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** Docker does what it is told, and says what it was told. */
  const run = (script: string, answers = 'exit 0') => {
    writeFileSync(
      join(dir, 'docker'),
      `#!/bin/sh\necho "$*" >> ${dir}/did\ncase "$*" in exec*) ${answers} ;; *inspect*) echo running ;; esac`,
      { mode: 0o755 },
    )
    writeFileSync(join(dir, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
    const { status, stderr } = spawnSync('sh', ['-ec', script], {
      env: { PATH: `${dir}:${process.env['PATH']}` },
      encoding: 'utf8',
      timeout: 10_000,
    })
    const did = existsSync(join(dir, 'did')) ? readFileSync(join(dir, 'did'), 'utf8') : ''
    return { status, stderr, did }
  }
  const data = () => join(dir, 'data')

  it('stops the successor first: what is asked of it might still come', () => {
    writeFileSync(join(data(), 'pgdata/standby.signal'), '')
    const { status, did } = run(keepStandby('node-b', data()))
    assert.equal(status, 0)
    assert.match(did, /^stop postgres\n/)
  })

  it('leaves the old primary closed where the successor was promoted after all', () => {
    const { status, stderr, did } = run(keepStandby('node-b', data()))
    assert.equal(status, 1)
    assert.match(stderr, /node-b was promoted after all/)
    assert.match(did, /stop postgres\nstart postgres\n/)
  })

  it('opens the old primary and waits until it accepts connections', () => {
    writeFileSync(join(data(), 'fenced'), 'node-b (10.88.0.12), 2026')
    const { status, did } = run(openAgain({ dataDir: data(), address: '10.88.0.11', port: 5432 }))
    assert.equal(status, 0)
    assert.ok(!existsSync(join(data(), 'fenced')))
    assert.match(did, /start postgres/)
  })

  it('says why it does not open', () => {
    const says = `case "$*" in *run-playbook/status*) echo 'not starting as a primary: 10.88.0.13 is the primary (timeline 2; this node is on timeline 1)'; exit 0 ;; esac; exit 1`
    const { status, stderr } = run(openAgain({ dataDir: data(), address: '10.88.0.11', port: 5432 }), says)
    assert.equal(status, 1)
    assert.match(stderr, /not starting as a primary: 10\.88\.0\.13 is the primary/)
  })
})
