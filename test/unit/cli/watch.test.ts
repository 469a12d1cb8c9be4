import assert from 'node:assert/strict'
import { readCommandLine } from '../../../lib/cli/options.ts'

const read = (...argv: string[]) => readCommandLine(argv, '1.0.0', () => '').options.watch

describe('--watch', () => {
  it('takes seconds, two when there are none', () => {
    assert.deepEqual(
      [read('status'), read('status', '--watch'), read('status', '--watch', '10')],
      [undefined, 2, 10],
    )
    assert.equal(read('status', '--watch', '-l', 'node-a'), 2)
  })

  it('refuses what is no time, and an output that is only written at the end', () => {
    assert.throws(() => read('--watch', 'status'), {
      code: 'E_USAGE',
      message: /--watch.*status.*number of seconds/,
    })
    assert.throws(() => read('status', '--watch', '0'), { code: 'E_USAGE' })
    assert.throws(() => read('status', '--watch', '--output', 'junit'), { code: 'E_USAGE', message: /junit/ })
  })
})
