import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LIBRARY = join(import.meta.dirname, '../../../docker/postgres/lib')

describe('a peer that accepts a connection and says nothing', () => {
  const dir = mkdtempSync(join(tmpdir(), 'silent-'))
  after(() => rmSync(dir, { recursive: true }))

  for (const [name, shell] of Object.entries({ dash: ['dash'], busybox: ['busybox', 'sh'] }))
    it(`is silent, and keeps nobody from asking the next one, in ${name}`, () => {
      writeFileSync(join(dir, 'psql'), '#!/bin/sh\nexec sleep 20\n')
      chmodSync(join(dir, 'psql'), 0o755)
      const { stdout, stderr, error } = spawnSync(
        shell[0] ?? '',
        [
          ...shell.slice(1),
          '-euc',
          `PGDATA=/nowhere/pgdata POSTGRES_SLOT_NAME=me POSTGRES_PORT=5432 POSTGRES_REPLICATION_USER=replicator
          . ${LIBRARY}/common.sh; . ${LIBRARY}/config.sh; . ${LIBRARY}/guard.sh
          run=${dir} answer_seconds=1
          _ask 203.0.113.1
          echo "$answer"`,
        ],
        {
          env: { PATH: `${dir}:${process.env['PATH']}` },
          encoding: 'utf8',
          timeout: 15_000,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      assert.equal(error, undefined)
      assert.equal(stdout, 'silent\n', stderr)
    })
})
