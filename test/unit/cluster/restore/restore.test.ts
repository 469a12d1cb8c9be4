import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import { begunCourse, named } from '../../../../lib/cluster/restore/unfinished.ts'
import { type Situation, plotCourse } from '../../../../lib/cluster/restore/plan.ts'
import { parseOrder, orderText } from '../../../../lib/cluster/restore/order.ts'
import { parseTime } from '../../../../lib/cluster/restore/moment.ts'
import { type Wish, wishOf, wishWords } from '../../../../lib/cluster/restore/request.ts'
import { refuseFull } from '../../../../lib/cluster/restore/disk-space.ts'
import { question } from '../../../../lib/cluster/restore/messages.ts'
import { type Invented, at, invent } from '../../pgbackrest/support.ts'
import { nodeFact } from '../../../../lib/cluster/facts/node.ts'
import { b, hosts, primary, replica } from '../nodes.ts'
import { segments, situation } from './situation.ts'

const whole: Invented = {
  backups: [{ timeline: 1, from: 2, to: 2, stop: 150 }],
  segments: segments(1, 1, 2, 3, 4, 5, 6, 7),
}
const holed: Invented = { ...whole, segments: segments(1, 1, 2, 3, 6, 7) }

const alive = situation(
  { node: primary(), repository: invent(holed) },
  { node: replica(), repository: invent(whole) },
  { node: replica(), repository: invent(whole) },
)
const course = (where: Situation, wish: Wish, from?: string) => plotCourse(where, wish, { from, keep: true })

describe('what a restore is asked for', () => {
  it('is one target, and a moment has an offset or is UTC', () => {
    assert.equal(wishOf({}), undefined)
    assert.throws(() => wishOf({ target: 'now', 'target-name': 'x' }), { code: 'E_TWO_TARGETS' })
    const text = (written: string) => parseTime(written).text
    assert.equal(text('2026-11-24 14:03:00'), '2026-11-24 14:03:00+00')
    assert.equal(text('2026-11-24T14:03:00.123456Z'), '2026-11-24 14:03:00.123456+00')
    assert.equal(text('2026-11-24 14:03+01'), '2026-11-24 13:03:00+00')
    assert.equal(text('2026-11-24 14:03:00-0330'), '2026-11-24 17:33:00+00')
    for (const wrong of ['14:03', 'yesterday', '2026-13-24 14:03', '2026-11-24'])
      assert.throws(() => parseTime(wrong), { code: 'E_BAD_TIME' }, wrong)
  })
})

describe('a moment to restore to', () => {
  const now = new Date('2026-11-24T14:03:00Z')
  const wish = (time: string) => wishOf({ 'target-time': time }, now)

  it('is one that there is', () => {
    for (const wrong of [
      '2026-02-30 10:00Z',
      '2026-02-29 10:00',
      '2026-04-31 10:00+02',
      '2026-11-24 24:00',
      '2026-11-24 10:60',
      '2026-11-24 10:00:60',
      '2026-11-24 10:00+16',
      '2026-11-24 10:00+01:75',
      '2026-00-10 10:00',
    ])
      assert.throws(() => wish(wrong), { code: 'E_BAD_TIME', message: /not a point in time/ }, wrong)
    assert.ok(wish('2024-02-29 23:59:59+01'))
  })

  it('is not in the future, but for clocks that differ a little', () => {
    assert.throws(() => wish('2026-11-24 15:03:00'), {
      code: 'E_BAD_TIME',
      message: /2026-11-24 15:03:00 UTC is in the future: it is 2026-11-24 14:03:00 UTC/,
    })
    assert.throws(() => wish('2026-11-24 14:03:00-01'), { code: 'E_BAD_TIME' })
    assert.ok(wish('2026-11-24 14:03:30'))
  })

  it('is shown in UTC and in the time of the operator, who is told apart the hour that comes twice', () => {
    const words = (zone: string, time: string) => {
      const before = process.env['TZ']
      process.env['TZ'] = zone
      try {
        const found = wish(time)
        assert.ok(found)
        return wishWords(found)
      } finally {
        if (before === undefined) delete process.env['TZ']
        else process.env['TZ'] = before
      }
    }
    assert.equal(words('UTC', '2026-11-24 14:03:00.5'), '2026-11-24 14:03:00.5 UTC')
    assert.equal(
      words('Europe/Berlin', '2026-10-25 00:30:00Z'),
      '2026-10-25 00:30:00 UTC (here 2026-10-25 02:30:00+02:00)',
    )
    assert.equal(
      words('Europe/Berlin', '2026-10-25 01:30:00Z'),
      '2026-10-25 01:30:00 UTC (here 2026-10-25 02:30:00+01:00)',
    )
    assert.equal(
      words('America/St_Johns', '2026-01-02 01:00:00Z'),
      '2026-01-02 01:00:00 UTC (here 2026-01-01 21:30:00-03:30)',
    )
  })
})

describe('the course of a restore', () => {
  it('takes the repository without a hole before the target', () => {
    const { node, order, why } = course(alive, { type: 'time', time: at(330), text: 'then' })
    assert.equal(node.name, 'node-b')
    assert.deepEqual(order.options, [
      '--set=20260101-000000F',
      '--type=time',
      '--target=then',
      '--target-timeline=current',
    ])
    assert.match(why.join('\n'), /not node-a: .*WAL from 000000010000000000000004 to .*05 is missing/)
  })

  it('takes what it is told, and refuses what does not lead there', () => {
    assert.equal(course(alive, { type: 'name', name: 'x' }, 'node-c').node.name, 'node-c')
    const late: Wish = { type: 'time', time: at(330), text: 'then' }
    assert.throws(() => course(alive, late, 'node-a'), { code: 'E_NOT_RECOVERABLE' })
    assert.throws(() => course(alive, late, 'node-x'), { code: 'E_UNKNOWN_HOST' })
  })

  it('to now is to a point that the living primary sets, so that nothing ends early unseen', () => {
    const { point, order, node } = course(alive, { type: 'now' })
    assert.deepEqual(
      [point?.name, point?.primary.name, node.name],
      ['run_playbook_20261124T140300Z', 'node-a', 'node-b'],
    )
    assert.ok(order.options.includes('--target=run_playbook_20261124T140300Z'))
  })

  it('to now of a lost cluster is as far as the archive leads, but past a hole only when told so', () => {
    const lost = (repository: Invented) => situation({}, { repository: invent(repository) }, {})
    assert.deepEqual(course(lost(whole), { type: 'now' }).order.options, [
      '--set=20260101-000000F',
      '--target-timeline=current',
      '--promised=000000010000000000000007',
    ])
    assert.throws(() => course(lost(holed), { type: 'now' }), { code: 'E_ENDS_EARLY' })
    const latest = course(lost(holed), { type: 'latest' })
    assert.ok(latest.order.options.includes('--promised=000000010000000000000003'))
  })

  it('gives the new timeline a number that no node has used', () => {
    const ahead = situation(
      { node: primary({ timeline: 4 }), repository: 'broken' },
      { repository: invent(whole) },
    )
    const { order } = course(ahead, { type: 'lsn', lsn: '0/5000000' })
    assert.ok(order.options.includes('--taken=2,3,4'), order.options.join(' '))
    assert.equal(order.becomes?.timeline, 5)
    assert.equal(course(alive, { type: 'lsn', lsn: '0/5000000' }).order.becomes?.timeline, 2)
  })

  it('goes on where it was cut short, unless something else is wanted', () => {
    const wish: Wish = { type: 'lsn', lsn: '0/5000000' }
    const { order } = course(alive, wish)
    assert.deepEqual(parseOrder(orderText(order)), order)
    const cut = situation({ order }, {}, { order })
    assert.deepEqual(begunCourse(cut, undefined)?.order, order)
    assert.deepEqual(begunCourse(cut, wish)?.node, b)
    assert.equal(begunCourse(cut, { type: 'latest' }), undefined)
    assert.equal(begunCourse(alive, wish), undefined)
    const without = situation({ order }, { node: nodeFact.unknown })
    assert.throws(() => begunCourse(without, wish), { code: 'E_RESTORE_UNFINISHED' })
  })

  it('makes the same copy for the same target', () => {
    const copy = (wish: Wish) => named(course(alive, wish)).order.id
    assert.equal(copy({ type: 'lsn', lsn: '0/5000000' }), copy({ type: 'lsn', lsn: '0/5000000' }))
    assert.notEqual(copy({ type: 'lsn', lsn: '0/5000000' }), copy({ type: 'lsn', lsn: '0/4000000' }))
  })
})

describe('before a cluster is overwritten', () => {
  const wish: Wish = { type: 'lsn', lsn: '0/5000000' }

  it('it is said what goes, where, and what becomes of it', () => {
    const one = {
      ...alive.fact(hosts[0] as Host),
      dataSize: 2 ** 30,
      contents: ['app, 1 GB, 7 rows in 2 tables'],
    }
    const here = { ...alive, fact: (host: Host) => (host === hosts[0] ? one : alive.fact(host)) }
    const text = question(here, course(here, wish), false)
    assert.match(text, /back to LSN 0\/5000000, from the repository of node-b/)
    assert.match(
      text,
      /node-a: .*1024 MB, a primary's, timeline 1, kept as pgdata\.replaced-20261124T140300Z/,
    )
    assert.match(text, /app, 1 GB, 7 rows in 2 tables/)
  })

  it('the disks must have room, unless the old data may go', () => {
    const small = { data: 2 ** 28, copies: 2 ** 40 }
    const full = situation(
      { repository: invent(whole) },
      { free: small, dataSize: 2 ** 30 },
      { node: nodeFact.unknown, free: small },
    )
    const found = { ...course(full, wish), size: 2 ** 29 }
    assert.throws(() => refuseFull(full, found, true), { code: 'E_NO_ROOM', message: /node-b has 256 MB/ })
    refuseFull(full, { ...found, order: { ...found.order, keep: false } }, true)
    refuseFull(full, found, false)
  })
})

describe('a moment in the second in which the archive ends', () => {
  it('is left for recovery to tell, and a fresh one is worth another try', () => {
    const wish = (seconds: number): Wish => ({ type: 'time', time: at(seconds), text: 'then' })
    assert.equal(course(alive, wish(420.5)).node.name, 'node-b')
    const soon = { ...alive, now: at(450) }
    assert.throws(
      () => course(soon, wish(430)),
      (error: { hint?: string }) => /try again/.test(error.hint ?? ''),
    )
    assert.throws(
      () => course(alive, wish(430)),
      (error: { hint?: string }) => !/try again/.test(error.hint ?? ''),
    )
  })
})
