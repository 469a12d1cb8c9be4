import assert from 'node:assert/strict'
import { noColour } from '../../../lib/reporters/palette.ts'
import { recapLines, recapSentence } from '../../../lib/reporters/recap-text.ts'
import { recap } from './events.ts'

describe('recapLines', () => {
  it('aligns the counters and leaves out what never happened', () => {
    const event = recap({
      'node-a': { ok: 57, roundTrips: 1 },
      'node-long': { ok: 3, changed: 12, failed: 1, roundTrips: 14 },
      'node-c': { unreachable: true, roundTrips: 0 },
    })
    assert.deepEqual(recapLines(event, false, noColour), [
      'node-a     57 ok   0 changed  0 failed  1 round trip',
      'node-long   3 ok  12 changed  1 failed  14 round trips',
      'node-c      0 ok   0 changed  0 failed  0 round trips  unreachable',
      '3 hosts: 12 changed, 60 ok, 1 failed, 1 unreachable in 1.2 s',
    ])
  })
})

describe('recapSentence', () => {
  const sentences: [string, Parameters<typeof recap>[0], boolean, string][] = [
    [
      'nothing changed',
      { a: { ok: 57 } },
      false,
      '1 host: 0 changed, 57 ok in 1.2 s. Nothing had to change.',
    ],
    [
      'nothing pending',
      { a: { ok: 5 } },
      true,
      'dry run: 0 would change, 5 ok on 1 host in 1.2 s. Nothing to change.',
    ],
    [
      'pending',
      { a: { wouldChange: 12 }, b: { unknown: 3 } },
      true,
      'dry run: 12 would change, 3 unknown on 2 hosts in 1.2 s',
    ],
    ['failed', { a: { failed: 1 } }, false, '1 host: 0 changed, 1 failed in 1.2 s'],
    [
      'a failure that was ignored on one host of several',
      { a: { ok: 2 }, b: { ok: 1, ignored: 1 }, c: { ok: 2 } },
      false,
      '3 hosts: 0 changed, 5 ok, 1 ignored in 1.2 s',
    ],
    [
      'a failure that was rescued',
      { a: { ok: 2, rescued: 1 } },
      false,
      '1 host: 0 changed, 2 ok, 1 rescued in 1.2 s',
    ],
    ['no hosts', {}, false, '0 hosts: 0 changed in 1.2 s'],
  ]
  for (const [what, hosts, check, text] of sentences)
    it(what, () => assert.equal(recapSentence(recap(hosts), check), text))

  it('of a run that was interrupted does not claim that nothing had to change', () => {
    const ended = { ...recap({ a: {} }), exitCode: 130 }
    assert.equal(recapSentence(ended, false), '1 host: 0 changed in 1.2 s. Interrupted.')
    assert.equal(recapSentence(ended, true), 'dry run: 0 would change on 1 host in 1.2 s. Interrupted.')
  })
})
