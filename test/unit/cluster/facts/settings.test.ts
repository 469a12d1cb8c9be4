import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSettings, settingsScript } from '../../../../lib/cluster/facts/settings.ts'
import { sql } from '../../../../lib/postgres/channel.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'
import { type Shared, shared } from '../../postgres/support/shared.ts'

describe('what lies on the disk of the settings that a standby needs', function () {
  let here: Shared
  const folder = useTemp()
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })
  const nothing = { written: {}, altered: {}, ran: {} }
  const ran = {
    max_connections: 100,
    max_worker_processes: 8,
    max_wal_senders: 10,
    max_prepared_transactions: 0,
    max_locks_per_transaction: 64,
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    const look = async (config = folder()) => {
      const { code, stdout, stderr } = await run(shell, { script: settingsScript(folder(), config) })
      assert.equal(code, 0)
      assert.equal(stderr.toString(), '')
      return parseSettings(stdout.toString().split('\n'))
    }

    it(`is what PostgreSQL wrote there, with ${name}`, async () => {
      const { server, channel } = here
      const data = join(server.folder, 'data')
      symlinkSync(data, join(folder(), 'pgdata'))
      assert.deepEqual(await look(data), { written: { max_connections: 100 }, altered: {}, ran })
      try {
        await channel.run(sql('ALTER SYSTEM SET max_locks_per_transaction = 256', server.target))
        const altered = { max_locks_per_transaction: 256 }
        assert.deepEqual(await look(data), { written: { max_connections: 100, ...altered }, altered, ran })
      } finally {
        await channel.run(sql('ALTER SYSTEM RESET max_locks_per_transaction', server.target))
      }
    })

    it(`is nothing without data, and counts in the middle of a restore, with ${name}`, async () => {
      writeFileSync(join(folder(), 'postgresql.conf'), 'max_connections = 300\n')
      assert.deepEqual(await look(), nothing)
      writeFileSync(join(folder(), 'restore.order'), '')
      assert.deepEqual(await look(), { ...nothing, written: { max_connections: 300 } })
    })

    it(`is nothing of a control file of another layout, with ${name}`, async () => {
      mkdirSync(join(folder(), 'pgdata/global'), { recursive: true })
      for (const size of [0, 8192]) {
        writeFileSync(join(folder(), 'pgdata/global/pg_control'), Buffer.alloc(size, 1))
        assert.deepEqual(await look(), nothing)
      }
    })
  }

  it('is read as PostgreSQL reads it: the last line counts, and ALTER SYSTEM most', () => {
    const { written, altered } = parseSettings([
      'written max_connections = 100',
      "written   Max_Connections='200' # more",
      'written max_wal_senders 20',
      'written max_worker_processes = many',
      'written max_wal_size = 4',
      'altered max_wal_senders = 30',
      'max_locks_per_transaction = 1',
    ])
    assert.deepEqual(written, { max_connections: 200, max_wal_senders: 30 })
    assert.deepEqual(altered, { max_wal_senders: 30 })
  })
})
