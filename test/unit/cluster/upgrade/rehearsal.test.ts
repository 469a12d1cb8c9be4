import assert from 'node:assert/strict'
import { parseUpgrade } from '../../../../lib/cluster/upgrade/fact.ts'
import { rehearsalWords } from '../../../../lib/cluster/upgrade/messages.ts'
import { parseRehearsal } from '../../../../lib/cluster/upgrade/rehearsal.ts'

const REPORT = JSON.stringify({
  at: 1_795_492_366,
  result: 'ok',
  seconds: 40,
  from: '15.14',
  to: '17.6',
  backup: '20261124-020000F',
  mode: 'copy',
  times: [
    { name: 'restore', seconds: 4.1 },
    { name: 'upgrade', seconds: 6.2 },
    { name: 'start', seconds: 0.4 },
  ],
  text: '',
  checks: [
    { name: 'contents', state: 'ok', text: 'the same' },
    { name: 'collations', state: 'note', text: 'REINDEX DATABASE app' },
  ],
})
const SERVER = {
  version: '15.14',
  tablespaces: [],
  logicalSlots: ['kafka'],
  altered: ['work_mem'],
  prepared: 0,
}

describe('what a node says of an upgrade', () => {
  it('is read', () => {
    const { server, rehearsal, ...rest } = parseUpgrade(
      `major 15\nsize 1024\nfree 2048\ndataFree 4096\nrehearsal ${REPORT}\nserver ${JSON.stringify(SERVER)}\n`,
    )
    assert.deepEqual(rest, { major: 15, dataSize: 2 ** 20, free: 2 ** 21, dataFree: 2 ** 22 })
    assert.deepEqual(server, SERVER)
    assert.equal(rehearsal?.backup, '20261124-020000F')
  })

  it('is nothing where it has no data, and where it makes no sense', () => {
    const nothing = {
      major: undefined,
      dataSize: 0,
      free: 0,
      dataFree: 0,
      rehearsal: undefined,
      server: undefined,
    }
    assert.deepEqual(parseUpgrade('free 0'), nothing)
    const strange = { ...SERVER, altered: ['x; rm -rf /'] }
    assert.deepEqual(parseUpgrade(`major 15x\nrehearsal {}\nserver ${JSON.stringify(strange)}`), nothing)
  })
})

describe('the words on a rehearsal', () => {
  const rehearsal = parseRehearsal(REPORT)
  const words = (server: Parameters<typeof rehearsalWords>[2], from = '15.14') => {
    assert.ok(rehearsal)
    return rehearsalWords('node-b', { ...rehearsal, from }, server)
  }

  it('name the versions, the times, and how long nobody could write', () => {
    const said = words(undefined)
    assert.match(
      said,
      /from PostgreSQL 15\.14 to 17\.6 was rehearsed on node-b, with the backup 20261124-020000F/,
    )
    assert.match(said, /restore 4\.1 s, upgrade 6\.2 s/)
    assert.match(said, /nobody can write: here 6\.6 s/)
    assert.match(said, /collations: REINDEX DATABASE app/)
    assert.doesNotMatch(said, /the same/)
  })

  it('name what no backup has: logical slots below 17, and prepared transactions', () => {
    assert.match(words(SERVER), /logical slots: .*kafka/)
    assert.doesNotMatch(words(SERVER, '17.6'), /logical slots/)
    assert.match(words({ ...SERVER, prepared: 2 }), /There are 2: COMMIT PREPARED/)
  })
})
