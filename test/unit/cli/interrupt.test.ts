import assert from 'node:assert/strict'
import { onInterrupt } from '../../../lib/cli/interrupt.ts'

describe('signals', () => {
  let said: string[]
  let release: () => void
  beforeEach(() => {
    said = []
    release = onInterrupt({ first: () => said.push('first'), second: () => said.push('second') })
  })
  afterEach(() => release())
  const send = async (signal: NodeJS.Signals): Promise<void> => {
    process.emit(signal, signal)
    await new Promise((resolve) => setTimeout(resolve, 120))
  }

  for (const signals of [
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)
    it(`takes ${signals.join(' and ')} for two presses of Ctrl-C`, async () => {
      for (const signal of signals) await send(signal)
      assert.deepEqual(said, ['first', 'second'])
    })

  it('takes what npm passes on for the same press', async () => {
    // Without a pause: on a busy machine the shortest one may take longer than a press.
    process.emit('SIGINT', 'SIGINT')
    await send('SIGINT')
    assert.deepEqual(said, ['first'])
  })

  it('does not end at once because a closed terminal says so twice', async () => {
    await send('SIGHUP')
    await send('SIGHUP')
    assert.deepEqual(said, ['first'])
  })

  it('leaves the signals as they were', () => {
    release()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      assert.equal(process.listenerCount(signal), 0)
  })
})
