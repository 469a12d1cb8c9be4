import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

/** What a node of timeline 5 hears: `10.88.0.12 primary SYSID TIMELINE`, line by line. */
const sh = (heard: string, script: string): string =>
  execFileSync(
    'sh',
    [
      '-euc',
      `PGDATA=/nowhere/pgdata POSTGRES_GUARD_PATIENCE=15
      . docker/postgres/lib/guard.sh; . docker/postgres/lib/watch.sh; promotion_key=/nowhere
      _ask() { set -- $(echo "$HEARD" | grep "^$1 "); answer=$2 peer_sysid=\${3:-} peer_timeline=\${4:-0}; }
      _peers() { echo "$HEARD" | cut -d ' ' -f 1; }
      _control() { echo 7001; }
      _timeline() { echo 5; }
      _fence() { false; }
      _remember_fence() { :; }
      ${script}`,
    ],
    { env: { PATH: process.env['PATH'], HEARD: heard }, encoding: 'utf8' },
  ).trim()

/** Why it does not start as a primary, while it is patient and when it is not. */
const objections = (...heard: string[]) =>
  ['$(($(date +%s) + 60))', '0'].map((deadline) =>
    sh(heard.join('\n'), `_objections ${deadline}; echo "$objection"`),
  )

const overtaken = (answer: string) => sh(`b ${answer}`, '_overtaken_by b && echo yes || echo no') === 'yes'

describe('a primary that starts', () => {
  it('hears a majority, itself included', () => {
    assert.deepEqual(objections('b standby 7001 5', 'c silent'), ['', ''])
    assert.match(objections('b silent', 'c silent')[0] ?? '', /no answer yet from b c; starting without/)
    assert.equal(objections('b silent', 'c silent')[1], '')
  })

  it('counts no peer that can not say its timeline yet, but does not wait for it for ever', () => {
    assert.match(objections('b standby', 'c silent')[0] ?? '', /no answer yet from b c/)
    assert.equal(objections('b standby', 'c silent')[1], '')
    assert.deepEqual(objections('b standby', 'c standby 7001 5'), ['', ''])
  })
})

describe('a primary that runs', () => {
  it('ends for a primary of its cluster on a higher timeline', () => assert.ok(overtaken('primary 7001 6')))

  it('ends for nothing else', () => {
    const others = [
      'silent',
      'refused',
      'busy',
      'standby',
      'standby 7001 6',
      'primary 7001 5',
      'primary 7002 6',
    ]
    assert.deepEqual(others.filter(overtaken), [])
  })
})
