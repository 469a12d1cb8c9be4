import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

describe('the peers of a node', () => {
  const dir = mkdtempSync(join(tmpdir(), 'peers-'))
  after(() => rmSync(dir, { recursive: true }))

  const peers = () =>
    execFileSync(
      'sh',
      [
        '-euc',
        `PGDATA=/nowhere/pgdata; . docker/postgres/lib/common.sh; . docker/postgres/lib/config.sh
        config=${dir} POSTGRES_OVERLAY_IP=10.88.0.11 POSTGRES_PEERS='10.88.0.11 10.88.0.12'; _peers`,
      ],
      { encoding: 'utf8' },
    ).split('\n')

  it('are those of the variable, and of the file as soon as there is one', () => {
    assert.deepEqual(peers(), ['10.88.0.12', ''])
    writeFileSync(join(dir, 'peers'), '10.88.0.11\n10.88.0.13\n10.88.0.14\n')
    assert.deepEqual(peers(), ['10.88.0.13', '10.88.0.14', ''])
  })
})
