import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { confirm } from '../../../lib/cli/confirm.ts'

describe('confirming', () => {
  const question = { text: 'node-a loses its data.', yes: 'overwrite=yes' }
  const terminal = (typed: string) => Object.assign(new PassThrough(), { isTTY: true }).end(typed)

  it('goes on after a yes, and after nothing else', async () => {
    for (const yes of ['y\n', 'Y\n', 'yes\n'])
      await confirm(question, { input: terminal(yes), output: new PassThrough() })
    for (const no of ['\n', 'n\n', 'yellow\n', '']) {
      const answer = confirm(question, { input: terminal(no), output: new PassThrough() })
      await assert.rejects(answer, { code: 'E_NOT_CONFIRMED', message: 'nothing was changed' }, `"${no}"`)
    }
  })

  it('takes a terminal that is gone for a no', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    const answer = confirm(question, { input, output: new PassThrough() })
    setImmediate(() => input.destroy(new Error('read EIO')))
    await assert.rejects(answer, { code: 'E_NOT_CONFIRMED', message: 'nothing was changed' })
  })

  it('shows what would happen where nobody can be asked, and names the var that says yes', async () => {
    const output = new PassThrough()
    const answer = confirm(question, { input: new PassThrough().end('y\n'), output })
    await assert.rejects(answer, { code: 'E_NOT_CONFIRMED', hint: /-e overwrite=yes/ })
    assert.match(String(output.read()), /node-a loses its data\./)
  })
})
