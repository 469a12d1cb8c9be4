import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { placesOfFault } from '../../../lib/core/call-site.ts'

const thrown = (...frames: string[]): Error =>
  Object.assign(new Error('boom'), {
    stack: ['Error: boom', ...frames.map((one) => `    at ${one}`)].join('\n'),
  })
const place = (path: string): string => relative(process.cwd(), path)

describe('where an error was thrown', () => {
  it('is in the files of the project, not in those of Node.js', () => {
    const error = thrown(
      'async open (node:internal/fs/promises:640:25)',
      'set (/srv/my servers/modules/kv.ts:24:9)',
      'file:///srv/playbooks/site.ts:3:1',
      'async Promise.all (index 0)',
      'process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
      'node:internal/main/run_main_module:36:49',
    )
    assert.deepEqual(placesOfFault(error), [
      `${place('/srv/my servers/modules/kv.ts')}:24`,
      `${place('/srv/playbooks/site.ts')}:3`,
    ])
  })

  it('is nowhere where only Node.js is in it', () =>
    assert.deepEqual(placesOfFault(thrown('async open (node:internal/fs/promises:640:25)')), []))
})
