import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../../lib/core/error-message.ts'
import { nameMeant } from '../../../lib/core/missing-file.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('an error of a schema that was thrown', () => {
  it('names the members of a union, as one of an argument does', () => {
    const schema = z.strictObject({ port: z.union([z.int(), z.literal('any')]) })
    const thrown = errorOf(() => schema.parse({ port: true }))
    assert.equal(messageOf(thrown), 'port: must be a number or "any"')
  })
})

describe('an error of the system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'error-message-'))
  after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'motd')

  it('is told in words, with its path unless that was said already', () => {
    const missing = errorOf(() => readFileSync(path))
    assert.equal(messageOf(missing), `no such file or directory: ${path}`)
    assert.equal(messageOf(missing, path), 'no such file or directory')
    assert.equal(messageOf(errorOf(() => readFileSync(folder))), 'illegal operation on a directory')
  })

  it('is told as it is where it is of a connection', async () => {
    const refused = await new Promise((done) => connect(1, '127.0.0.1').once('error', done))
    assert.match(messageOf(refused), /ECONNREFUSED 127\.0\.0\.1:1/)
  })

  it('has the name beside it as a hint, where one is near', () => {
    writeFileSync(join(folder, 'sshd_config'), '')
    mkdirSync(join(folder, 'templates'))
    assert.equal(nameMeant(join(folder, 'sshd_confg')), 'Did you mean sshd_config?')
    assert.equal(nameMeant(join(folder, 'template')), 'Did you mean templates?')
    assert.equal(nameMeant(join(folder, 'nginx.conf')), undefined)
    assert.equal(nameMeant(join(folder, 'templates')), undefined)
    assert.equal(nameMeant(join(folder, 'none', 'sshd_config')), undefined)
  })
})
