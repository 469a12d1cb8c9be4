import assert from 'node:assert/strict'
import { runStep } from '../../../lib/testing/shells.ts'

describe('one step that a test runs', () => {
  it('fails where the file for its standard input is not there', async () => {
    await assert.rejects(runStep(['sh'], { script: 'cat', stdin: { file: '/nonexistent/file' } }), {
      code: 'ENOENT',
    })
  })
})
