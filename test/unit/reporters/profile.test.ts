import assert from 'node:assert/strict'
import { ended, recap } from './events.ts'
import { report } from './terminal.ts'

describe('--profile', () => {
  const took = (task: string, host: string, durationMs: number) =>
    ended({ task, host, durationMs, role: 'web' })
  const events = [
    took('quick', 'node-a', 12),
    took('image', 'node-a', 41_000),
    took('image', 'node-b', 39_000),
    took('nothing to do', 'node-a', 0),
    ...Array.from({ length: 20 }, (_, i) => took(`other ${i}`, 'node-a', 100 + i)),
    recap({ 'node-a': { changed: 4 } }),
  ]
  const rows = (text: string) =>
    text.split('slowest tasks, with the host that took longest\n')[1]?.split('\n\n')[0]?.split('\n')

  it('names the ten slowest tasks, each with its slowest host, before the recap', async () => {
    const { stdout } = await report(events, { profile: true })
    const all = rows(stdout) ?? []
    assert.equal(all.length, 10)
    assert.match(all[0] ?? '', /^ +41 s  web › image  node-a; 2 hosts, on average 40 s; play /)
    assert.match(
      all[1] ?? '',
      /^0\.1 s  web › other 19  node-a; play |^119 ms  web › other 19  node-a; play /,
    )
    assert.match(stdout, /1 host: 4 changed[^\n]*\n$/)
  })

  it('is said only where it was asked for, and where something took time', async () => {
    assert.doesNotMatch((await report(events)).stdout, /slowest/)
    assert.doesNotMatch((await report(events.slice(-1), { profile: true })).stdout, /slowest/)
  })
})
