import assert from 'node:assert/strict'
import { chooseRepository, recoverableWindow, reach } from '../../../lib/pgbackrest/index.ts'
import { RECORDED, load, text } from './support.ts'

const PARTS = ['a', 'b']

for (const version of RECORDED) {
  describe(`a repository that pgBackRest ${version} left`, () => {
    const pair = (step: string) =>
      PARTS.map((node) => ({ node, repository: load(version, `${step}-${node}`) }))
    const window = (name: string) => recoverableWindow(load(version, name))

    it('is read without a complaint, encrypted or not', () => {
      for (const name of ['fresh', 'before-b', 'expired-b', 'encrypted']) {
        const { problems, backups, archiveId, systemId } = load(version, name)
        assert.deepEqual(problems, [])
        assert.ok(backups.length > 0 && backups.every(({ present, lsn }) => present && lsn !== undefined))
        assert.match(archiveId, /^1[57]-1$/)
        assert.match(systemId, /^\d{19}$/)
      }
    })

    it('reaches from its first backup to the end of the archive', () => {
      for (const name of ['fresh', 'before-a', 'before-b', 'rewound-b', 'closed-b', 'back-b', 'encrypted']) {
        const { from, until, complete, holes } = window(name)
        assert.deepEqual(from, load(version, name).backups[0]?.stop, name)
        assert.ok(complete && until !== undefined && from !== undefined && until.at >= from, name)
        assert.deepEqual(holes, [], name)
      }
      assert.equal(window('encrypted').until?.timeline, 2)
      assert.equal(window('back-b').until?.timeline, 3)
    })

    it('of a rewound node does not pass for whole, though info shows nothing', () => {
      const { complete, holes } = window('rewound-a')
      assert.equal(complete, false)
      assert.match(holes.join(), /WAL of timeline 2 .* 00000002\.history is not in the archive/)
      // A real restore to the latest said all was well, and brought this many of the rows.
      const rows = (who: string) =>
        Number(new RegExp(`^${who}: (\\d+)`, 'm').exec(text(version, 'restored-latest'))?.[1])
      assert.ok(rows('a') < rows('truth'))
      assert.equal(rows('b'), rows('truth'))
      const { node, others, short } = chooseRepository(pair('rewound'), { type: 'latest' })
      assert.deepEqual([node, short], ['b', false])
      assert.match(
        others[0]?.why ?? '',
        /a branch that was left at 0\/\w+, so recovery has to be stopped there/,
      )
    })

    it('is whole again after the incremental, from there on', () => {
      const { from, complete, holes, backups } = window('closed-a')
      assert.deepEqual([complete, holes, backups.length], [true, [], 1])
      assert.deepEqual(from, load(version, 'closed-a').backups.at(-1)?.stop)
    })

    it('after the way back knows all timelines, and the hole among them', () => {
      const { holes, stretches, complete, from } = window('back-a')
      assert.match(holes.join('\n'), /^WAL from 00000002\w+ to 00000002\w+ is missing \(timeline 2/)
      assert.deepEqual([stretches.length, complete, from], [2, true, stretches[1]?.from])
      const time = new Date(((stretches[0]?.until.getTime() ?? 0) + (from?.getTime() ?? 0)) / 2)
      const { node, others } = chooseRepository(pair('back'), { type: 'time', time })
      assert.equal(node, 'b')
      assert.match(others[0]?.why ?? '', /which is before/)
      assert.equal(chooseRepository(pair('back'), { type: 'latest' }).node, 'a')
    })

    it('ends where a segment was lost', () => {
      const { complete, holes, until } = window('lost-a')
      assert.equal(complete, false)
      assert.match(holes.at(-1) ?? '', /^WAL segment 00000003\w+ is missing \(timeline 3/)
      assert.ok((until?.segment ?? 'Z') < (/segment (\w+)/.exec(holes.at(-1) ?? '')?.[1] ?? ''))
      const { verdict, why } = reach(load(version, 'lost-a'), { type: 'latest' })
      assert.equal(verdict, 'no')
      assert.match(why, /is missing/)
    })

    it('with segments of another size is read as well', () => {
      for (const name of ['segment-size-1', 'segment-size-64']) {
        const { complete, until } = window(name)
        assert.equal(complete, true)
        assert.equal(until?.segment, load(version, name).archives.values().next().value?.ranges.at(-1)?.last)
      }
    })
  })
}
