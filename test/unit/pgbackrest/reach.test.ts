import assert from 'node:assert/strict'
import {
  type Target,
  chooseRepository,
  pgbackrestPick,
  reach,
  recoverableWindow,
} from '../../../lib/pgbackrest/index.ts'
import { at, invent, labelOf, segment } from './support.ts'

const run = (timeline: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ timeline, number: from + i, at: (from + i) * 10 }))
const backup = (timeline: number, number: number) => ({
  timeline,
  from: number,
  to: number,
  stop: number * 10,
})
const time = (seconds: number): Target => ({ type: 'time', time: at(seconds) })

describe('what a repository reaches', () => {
  const whole = invent({ backups: [backup(1, 2), backup(1, 10)], segments: run(1, 2, 20) })

  it('a time between the end of a backup and the end of the archive', () => {
    assert.equal(reach(whole, time(20)).verdict, 'no')
    assert.deepEqual(
      [reach(whole, time(21)).verdict, reach(whole, time(21)).backup?.label],
      ['yes', labelOf(0)],
    )
    assert.equal(reach(whole, time(101)).backup?.label, labelOf(1))
    assert.equal(reach(whole, time(200)).verdict, 'yes')
    assert.match(reach(whole, time(201)).why, /ends at timeline 1, segment .*14, .* which is before/)
  })

  it('an LSN, a backup, and perhaps a name', () => {
    assert.equal(reach(whole, { type: 'lsn', lsn: '0/2000050' }).verdict, 'no')
    assert.equal(reach(whole, { type: 'lsn', lsn: '0/14FFFFFF' }).backup?.label, labelOf(1))
    assert.equal(reach(whole, { type: 'lsn', lsn: '0/15000000' }).verdict, 'no')
    assert.match(reach(whole, { type: 'lsn', lsn: 'here' }).why, /not an LSN/)
    assert.equal(reach(whole, { type: 'backup', label: labelOf(0) }).verdict, 'yes')
    assert.match(reach(whole, { type: 'backup', label: 'x' }).why, /has no backup x/)
    const named = reach(whole, { type: 'name', name: 'before-deploy' })
    assert.deepEqual([named.verdict, named.backup?.label], ['unknown', labelOf(0)])
  })

  it('anything from a backup without damaged pages, if one leads there', () => {
    const damaged = { ...backup(1, 10), damaged: true }
    const torn = invent({ backups: [backup(1, 2), damaged], segments: run(1, 2, 20) })
    const targets: Target[] = [{ type: 'latest' }, time(150), { type: 'lsn', lsn: '0/14FFFFFF' }]
    for (const target of targets) assert.equal(reach(torn, target).backup?.label, labelOf(0), target.type)
    const alone = reach(invent({ backups: [damaged], segments: run(1, 2, 20) }), time(150))
    assert.equal(alone.verdict, 'yes')
    assert.match(alone.why, /pages with a wrong checksum are in that backup/)
    const nodes = [
      { node: 'a', repository: invent({ backups: [damaged], segments: run(1, 2, 20) }) },
      { node: 'b', repository: whole },
    ]
    for (const target of targets) assert.equal(chooseRepository(nodes, target).node, 'b', target.type)
  })

  it('pgBackRest looks at times only, not at the archive', () => {
    const torn = invent({
      backups: [backup(1, 2), backup(1, 10)],
      segments: [...run(1, 2, 9), ...run(1, 11, 20)],
    })
    assert.equal(pgbackrestPick(torn, time(150))?.label, labelOf(1))
    const { verdict, why, pgbackrestTakes } = reach(torn, time(150))
    assert.deepEqual([verdict, pgbackrestTakes], ['no', labelOf(1)])
    assert.match(why, /segment 00000001000000000000000A is missing/)
    assert.match(recoverableWindow(torn).unusable[0]?.why ?? '', /not consistent without WAL of its own/)
  })

  it('a segment that is there twice is as good as missing, and is named', () => {
    const segments = [...run(1, 2, 4), ...run(1, 6, 9)]
    const torn = recoverableWindow(invent({ backups: [backup(1, 2)], segments, twice: [segment(1, 5)] }))
    assert.deepEqual([torn.until?.segment, torn.complete], [segment(1, 4), false])
    assert.match(torn.holes.join(), /0005 is there twice, with different content/)
  })

  it('a copy that lost the times of its files promises no more than its backups do', () => {
    const copied = invent({
      backups: [backup(1, 2), backup(1, 10)],
      segments: run(1, 2, 20).map((one) => ({ ...one, at: 90_000 })),
    })
    assert.deepEqual(recoverableWindow(copied).until?.at, at(100))
    assert.equal(reach(copied, time(90)).verdict, 'yes')
    const beyond = reach(copied, time(150))
    assert.deepEqual([beyond.verdict, beyond.backup?.label], ['unknown', labelOf(1)])
    assert.equal(reach(copied, { type: 'latest' }).verdict, 'yes')
  })

  it('a branch that was left counts only when it is asked for', () => {
    const forked = invent({
      backups: [backup(1, 2), backup(1, 8)],
      segments: [...run(1, 2, 12), ...run(2, 5, 9)],
      histories: { 2: '1@0/5000100' },
    })
    const { from, until, unusable } = recoverableWindow(forked)
    assert.deepEqual([from, until?.timeline, unusable.length], [at(20), 2, 1])
    const old = reach(forked, { type: 'latest', timeline: 1 })
    assert.deepEqual([old.verdict, old.backup?.label, old.end?.segment], ['yes', labelOf(1), segment(1, 12)])
    assert.equal(reach(forked, { type: 'latest' }).timeline, 2)
  })
})

describe('choosing a repository', () => {
  const node = (name: string, last: number, extra = {}) => ({
    node: name,
    repository: invent({ backups: [backup(1, 2)], segments: run(1, 2, last), ...extra }),
  })

  it('takes the most complete, and of equals the first', () => {
    assert.equal(chooseRepository([node('a', 8), node('b', 9), node('c', 9)], { type: 'latest' }).node, 'b')
    assert.equal(chooseRepository([node('a', 8), node('b', 9)], time(85)).node, 'b')
  })

  it('believes no archive that a segment holds what came after another had it', () => {
    const late = { ...node('a', 8) }
    const slow = invent({
      backups: [backup(1, 2)],
      segments: run(1, 2, 8).map((s) => ({ ...s, at: s.number * 10 + (s.number > 6 ? 500 : 0) })),
    })
    assert.equal(reach(slow, time(300)).verdict, 'yes')
    assert.equal(chooseRepository([late, { node: 'b', repository: slow }], time(300)).node, undefined)
  })

  it('says of every node why not', () => {
    const { node: none, others } = chooseRepository(
      [node('a', 8), { node: 'b', repository: 'ssh: no route to host' }],
      time(900),
    )
    assert.equal(none, undefined)
    assert.match(
      others.map(({ node: name, why }) => `${name}: ${why}`).join('\n'),
      /^a: from .* which is before .*\nb: ssh: no route/,
    )
  })

  it('offers an early end to latest only, and says so', () => {
    const torn = {
      node: 'a',
      repository: invent({ backups: [backup(1, 2)], segments: [...run(1, 2, 5), ...run(1, 7, 9)] }),
    }
    const { node: chosen, short, reason } = chooseRepository([torn], { type: 'latest' })
    assert.deepEqual([chosen, short], ['a', true])
    assert.match(reason, /0006 is missing/)
  })

  it('mixes no clusters', () => {
    const { node: none, reason } = chooseRepository([node('a', 8), node('b', 9, { systemId: '2' })], {
      type: 'latest',
    })
    assert.equal(none, undefined)
    assert.match(reason, /different clusters \(system identifier 1 on a; 2 on b\)/)
  })
})
