import assert from 'node:assert/strict'
import { OTHER, PRIMARY, REPLICA, fixture, report } from './three-nodes.ts'

describe('the warnings of the status', () => {
  it('tells from the primary that a replica is gone and what is kept for it', () => {
    const { say, warnings, words } = report([fixture('replica-lost'), fixture('container-stopped'), OTHER])
    assert.match(say('node-a', 'slots'), /^1 of 2 idle, /)
    assert.ok(warnings.includes('critical node-a standby-missing'))
    assert.match(
      words.find(({ code }) => code === 'standby-missing')?.message ?? '',
      /^node-b does not replicate/,
    )
  })

  it('says that commits wait where synchronous replication has no replica', () => {
    const waiting = PRIMARY.replace(/^facts \{/m, 'facts {"commitsWait" : true, ')
    const { warnings, words } = report([waiting, REPLICA, OTHER])
    assert.deepEqual(warnings, ['critical node-a commits-wait'])
    assert.match(words[0]?.message ?? '', /^Commits wait, because .*docs\/second-day\.md/)
  })

  it('warns of what ends in refused writes and lost data, long before', () => {
    const slow = (facts: string) => PRIMARY.replace(/^slow \{/m, `slow {${facts}, `)
    const worn = report([slow('"transactionIds" : {"database" : "app", "age" : 1200000000}'), REPLICA, OTHER])
    assert.deepEqual(worn.warnings, ['critical node-a transaction-ids'])
    assert.match(worn.words[0]?.message ?? '', /^Database app is 1200 million transactions old/)
    const damaged = report([
      slow('"checksumFailures" : [{"database" : "app", "failures" : 2}]'),
      REPLICA,
      OTHER,
    ])
    assert.deepEqual(damaged.warnings, ['critical node-a page-damaged'])
    assert.match(damaged.words[0]?.message ?? '', /pages with invalid checksums 2 times in database app/)
    const long = report([slow('"oldestTransaction" : 90000.5'), REPLICA, OTHER])
    assert.deepEqual(long.warnings, ['warning node-a transaction-old'])
    assert.match(long.words[0]?.message ?? '', /^The oldest transaction began 25 h ago/)
    const usual = '"transactionIds" : {"database" : "app", "age" : 190000000}, "oldestTransaction" : 60'
    assert.deepEqual(report([slow(usual), REPLICA, OTHER]).warnings, [])
  })

  it('is wary of archives, backups and their service', () => {
    const failing = report([PRIMARY, REPLICA, fixture('archive-failing')])
    assert.deepEqual(
      [failing.say('node-c', 'archive'), failing.say('node-c', 'newest backup')],
      ['failing', 'none'],
    )
    // It was recorded before there was a status service, whose container it lacks.
    assert.deepEqual(failing.warnings, [
      'critical node-c status-service-down',
      'critical node-c archive-failing',
      'critical node-c backup-none',
      'warning node-c archive-waiting',
    ])
    const stopped = report([PRIMARY, fixture('backups-stopped'), OTHER])
    assert.ok(stopped.warnings.includes('critical node-b backup-service-down'))
    assert.match(
      stopped.say('node-b', 'newest backup'),
      /^full/,
      'pgbackrest is asked in the other container',
    )
  })

  it('knows of a hole in the archive, which pgBackRest itself does not', () => {
    const { words } = report([PRIMARY, fixture('window-hole'), OTHER])
    assert.deepEqual(
      words.map(({ node, message }) => `${node}: ${message}`),
      [
        'node-b: Some points in time cannot be restored from this node: WAL segment 00000001000000000000003C is missing (timeline 1, archived between 2026-11-24 03:46:40Z and 2026-11-24 03:47:47Z)',
      ],
    )
  })
})
