import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

const DAY = 86_400
/** Midnight, UTC. */
const MONDAY = Date.UTC(2026, 10, 23) / 1000

const sh = (script: string, env: Record<string, string> = {}): string =>
  execFileSync('sh', ['-euc', `. docker/postgres/lib/schedule.sh; ${script}`], {
    env: { PATH: process.env['PATH'], POSTGRES_OVERLAY_IP: '10.88.0.11', ...env },
    encoding: 'utf8',
  }).trim()

const slot = (now: number, env?: Record<string, string>): number => Number(sh(`_slot ${now}`, env))

/** What is due on a node whose newest full and newest backup of any kind are this old. */
function due(now: number, more: Record<string, string | number> = {}): string {
  const seen = { answers: 'yes', timeline: 1, code: 0, full: now - DAY, newest: now - 3600, hole: '' }
  const facts = { ...seen, stop: '000000010000000000000007', ...more }
  const words = Object.entries(facts).map(([name, value]) => `${name}='${value}'`)
  return sh(`${words.join(' ')}; _due ${now}`)
}

describe('the schedule of backups', () => {
  it('has one moment a day, and it does not move when it is past', () => {
    for (let hour = 0; hour < 72; hour += 6) {
      const now = MONDAY + hour * 3600
      const last = slot(now)
      assert.ok(last <= now && now - last < DAY + 600, `at hour ${hour}`)
      assert.equal(slot(last), last)
      assert.equal(Number(sh(`_next_slot ${last - 1}`)), last)
      // Until the next one it stays the same, over midnight too.
      assert.equal(slot(Number(sh(`_next_slot ${last}`)) - 1), last)
    }
  })

  it('gives each node its turn', () => {
    const of = (turn: number) =>
      slot(MONDAY + DAY - 1, { BACKUP_TURN: `${turn}`, BACKUP_JITTER: '0' }) - MONDAY
    assert.deepEqual([0, 1, 2].map(of), [7200, 9000, 10_800])
  })

  it('jitters by no more than it may, and not the same each day', () => {
    const late = Array.from(
      { length: 20 },
      (_, day) => slot(MONDAY + day * DAY + DAY - 1) - (MONDAY + day * DAY) - 7200,
    )
    assert.ok(
      late.every((seconds) => seconds >= 0 && seconds <= 600),
      late.join(),
    )
    assert.ok(new Set(late).size > 10)
  })

  const noon = MONDAY + DAY / 2
  it('is done when the day has its backup', () => {
    assert.equal(due(noon), '')
  })

  it('catches up what was missed, once', () => {
    assert.match(due(noon, { newest: noon - 3 * DAY, full: noon - 3 * DAY }), /^diff the daily backup is due/)
    assert.match(
      due(noon, { newest: noon - 9 * DAY, full: noon - 9 * DAY }),
      /^full the newest full backup is older than 7 days/,
    )
    assert.equal(due(noon, { newest: noon - 60, full: noon - 60 }), '')
  })

  it('makes a full one each week, at the same hour', () => {
    const kinds = Array.from({ length: 15 }, (_, day) => {
      const at = slot(MONDAY + day * DAY + DAY - 1)
      // The last full one was begun two minutes after its slot.
      const full = slot(MONDAY + Math.floor(Math.max(0, day - 1) / 7) * 7 * DAY + DAY - 1) + 120
      return due(at + 15, { newest: at - DAY + 120, full }).split(' ')[0]
    })
    assert.deepEqual(kinds.slice(1, 8), [...Array<string>(6).fill('diff'), 'full'])
  })

  it('does not wait for its hour where nothing later could be restored', () => {
    assert.match(due(noon, { full: 0, newest: 0, code: 2 }), /^full there is no full backup yet/)
    assert.match(due(noon, { timeline: 2 }), /^incr PostgreSQL is on timeline 2 now/)
    assert.match(due(noon, { hole: 'WAL segment X is missing' }), /^incr WAL segment X is missing/)
  })

  it('waits for PostgreSQL, for its primary, and for a stanza', () => {
    for (const without of [{ answers: 'no' }, { timeline: '' }, { code: 1 }, { code: 99 }])
      assert.equal(due(noon, { newest: 0, full: 0, ...without }), '')
  })
})
