import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { askStep } from '../../../lib/cli/step.ts'
import { until } from '../../support/cli.ts'

describe('--step', () => {
  const question = { play: 'p', host: 'node-a', role: 'web', task: 'config', module: 'copy' }

  /** Types each line when it is asked for. @returns the answer, and how often it was asked for */
  async function typing(...lines: readonly string[]): Promise<readonly [answer: string, asked: number]> {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const output = new PassThrough()
    let shown = ''
    output.on('data', (part: Buffer) => (shown += part.toString()))
    const asked = () => shown.split('y/N/all').length - 1
    const answer = askStep(new AbortController().signal, { input, output })(question)
    for (const [i, line] of lines.entries()) {
      await until('the question', () => asked() > i)
      input.write(line)
    }
    return [await answer, asked()]
  }

  it('takes y, n, all, and Enter for n', async () => {
    assert.deepEqual(await typing('y\n'), ['run', 1])
    assert.deepEqual(await typing('No\n'), ['skip', 1])
    assert.deepEqual(await typing('\n'), ['skip', 1])
    assert.deepEqual(await typing('all\n'), ['run all', 1])
  })

  it('asks again for what it does not understand: a slip is no answer', async () => {
    assert.deepEqual(await typing('?\n', 'u\n', 'y\n'), ['run', 3])
  })

  it('skips when it is interrupted', async () => {
    const input = new PassThrough()
    const stop = new AbortController()
    const answer = askStep(stop.signal, { input, output: new PassThrough() })(question)
    stop.abort()
    assert.equal(await answer, 'skip')
  })
})
