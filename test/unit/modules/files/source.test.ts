import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { copy } from '../../../../lib/modules/files/copy.ts'
import { converge, useTemp } from '../driver.ts'

describe('the file that copy sends', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)
  const make = (src: string): unknown => copy('it', { dest: '/x', src })

  it('is a regular file, or the task is refused at once', async () => {
    execFileSync('mkfifo', [at('pipe')])
    mkdirSync(at('folder'))
    const server = createServer().listen(at('socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const kinds = { pipe: 'a named pipe', folder: 'a directory', socket: 'a socket' }
    try {
      for (const [name, kind] of Object.entries(kinds)) {
        const message = `copy "it": ${at(name)} cannot be read: it is ${kind}, not a file`
        assert.throws(() => make(at(name)), { code: 'E_NO_SOURCE', message })
      }
    } finally {
      server.close()
    }
    assert.throws(() => make('/dev/null'), /\/dev\/null cannot be read: it is a device, not a file/)
    assert.throws(() => make(at('none')), { code: 'E_NO_SOURCE' })
  })

  it('is read when the playbook runs, not while its tasks are made', async () => {
    writeFileSync(at('src'), 'at first')
    const task = copy('it', { dest: at('dest'), src: at('src') })
    writeFileSync(at('src'), 'in the end')
    const done = await converge(task)
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(at('dest'), 'utf8'), 'in the end')
  })

  it('may be of any size: making the task takes no time', () => {
    writeFileSync(at('big'), '')
    truncateSync(at('big'), 8 * 1024 ** 3)
    const start = performance.now()
    make(at('big'))
    assert.ok(performance.now() - start < 2000)
  })

  it('that has become something else meanwhile is an error, not a hang', async () => {
    writeFileSync(at('src'), '')
    const task = copy('it', { dest: at('dest'), src: at('src') })
    execFileSync('rm', [at('src')])
    execFileSync('mkfifo', [at('src')])
    await assert.rejects(converge(task), /it is a named pipe, not a file/)
  })
})
