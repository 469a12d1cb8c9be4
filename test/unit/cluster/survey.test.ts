import assert from 'node:assert/strict'
import { survey, whyBack } from '../../../lib/cluster/survey.ts'
import type { NodeFact } from '../../../lib/cluster/facts/node.ts'
import { a, bare, factsOf, hosts, orphan, primary, replica, silent } from './nodes.ts'

const found = (...facts: NodeFact[]) => {
  const { primary, returning } = survey(hosts, factsOf(...facts), a)
  return [primary.name, ...[...returning].map(([{ name }, way]) => `${name} ${way}`)]
}
const refused = (code: string, message: RegExp, ...facts: NodeFact[]) =>
  assert.throws(() => found(...facts), { code, message })

const stopped = { server: undefined, container: 'exited', clean: true }

describe('who is primary', () => {
  it('is whom the inventory says, on a cluster that is not there yet', () => {
    assert.deepEqual(found(bare, bare, bare), ['node-a'])
    assert.deepEqual(found(), ['node-a'])
  })

  it('is whom the disks say, on one that is', () => {
    assert.deepEqual(found(replica(), primary(), replica()), ['node-b'])
    assert.deepEqual(found(bare, bare, primary(stopped)), ['node-c'])
    assert.deepEqual(found(silent, primary(), replica()), ['node-b'])
  })

  it('is who was promoted; the old one comes back as a replica', () => {
    const old = primary({ ...stopped, clean: false })
    assert.deepEqual(found(old, primary({ timeline: 2 }), replica({ timeline: 2 })), [
      'node-b',
      'node-a rewind',
    ])
    const fenced = primary({ ...stopped, fence: 'node-b' })
    assert.deepEqual(found(fenced, primary({ timeline: 2 }), replica()), ['node-b', 'node-a rewind'])
  })

  it('stops the run for two that accept writes, even when one has been overtaken', () => {
    refused(
      'E_TWO_PRIMARIES',
      /node-a .*timeline 1 and node-b .*timeline 2/,
      primary(),
      primary({ timeline: 2 }),
    )
  })

  it('stops the run for two on one timeline: standby.signal was removed by hand', () => {
    refused('E_TWO_PRIMARIES', /node-a .* and node-c/, primary(), replica(), primary(stopped))
  })

  it('stops the run for an old primary when the new one is silent', () => {
    refused(
      'E_OVERTAKEN',
      /node-a .*timeline 1, but node-c .*timeline 2/,
      primary(stopped),
      silent,
      orphan(1, { timeline: 2 }),
    )
  })

  it('stops the run for replicas without a primary: nothing is made anew beside them', () => {
    refused('E_NO_PRIMARY', /node-b and node-c/, silent, replica(), replica())
  })

  it('stops the run for two different clusters', () => {
    refused('E_FOREIGN_CLUSTER', /2 different clusters/, primary(), replica({ systemId: '7002' }))
  })
})

describe('a promotion that was cut short', () => {
  const fence = 'node-b (10.88.0.12), 2026-11-24T00:00:00Z'

  it('leaves a fence that may go when nobody took over', () => {
    assert.deepEqual(found(primary({ ...stopped, fence }), orphan(1), orphan(1)), ['node-a'])
    assert.deepEqual(found(primary({ fence }), replica(), silent), ['node-a'])
  })

  it('leaves a fence that may go when it was for the word of a node that the inventory has no more', () => {
    const said = '10.88.0.99, timeline 9, found 2026-11-24T00:00:00Z, not signed'
    assert.deepEqual(found(primary({ ...stopped, fence: said }), orphan(1), orphan(1)), ['node-a'])
    assert.throws(() => found(primary({ ...stopped, fence: said }), orphan(1), silent), { code: 'E_FENCED' })
  })

  it('leaves a fence that stays when the one it names can not be asked', () => {
    refused(
      'E_FENCED',
      /node-b, which may have been promoted/,
      primary({ ...stopped, fence }),
      silent,
      orphan(1),
    )
  })
})

describe('a replica', () => {
  const history = [{ timeline: 1, end: 500n }]
  const promoted = primary({ timeline: 2, history, server: { oldestWal: 300n } })

  it('that had less than the new primary follows it', () => {
    assert.deepEqual(found(bare, promoted, orphan(500)), ['node-b'])
  })

  it('that had more is taken back', () => {
    assert.deepEqual(found(bare, promoted, orphan(501)), ['node-b', 'node-c rewind'])
  })

  it('is copied anew when the primary has no more WAL from where they parted: a rewind would succeed in vain', () => {
    const later = { ...promoted, server: promoted.server && { ...promoted.server, oldestWal: 501n } }
    const old = primary({ ...stopped, timeline: 1 })
    assert.deepEqual(found(old, later, orphan(600)), ['node-b', 'node-a reclone', 'node-c reclone'])
    assert.equal(whyBack(old, later, 'reclone'), "it needs WAL from 0/1F4, the primary's begins at 0/1F5")
    assert.deepEqual(found(old, promoted, orphan(500)), ['node-b', 'node-a rewind'])
  })

  it('whose WAL is gone from the primary is copied anew', () => {
    assert.deepEqual(found(bare, promoted, orphan(299)), ['node-b', 'node-c reclone'])
  })

  it('is nobody when only backups are left, or a restore is half done', () => {
    const backups = { ...bare, hasBackups: true }
    refused(
      'E_LOST_CLUSTER',
      /node-b holds backups of a cluster, but no node has its data/,
      bare,
      backups,
      bare,
    )
    assert.deepEqual(found(bare, primary({ hasBackups: true }), backups), ['node-b'])
    refused('E_RESTORE_UNFINISHED', /node-c/, bare, bare, { ...bare, restoring: true })
  })
})
