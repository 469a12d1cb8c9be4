import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { becomeProgram, sessionProgram, stopProgram } from '../../lib/transport/shell/program.ts'
import { install } from '../support/install.ts'

const FOLDER = join(import.meta.dirname, '../../lib/transport/shell')

describe('the shell programs', function () {
  it('have nothing that shellcheck objects to', function () {
    try {
      install('/usr/bin/shellcheck', 'shellcheck')
    } catch (error) {
      console.log(`      skipped, shellcheck is not there: ${(error as Error).message}`)
      return this.skip()
    }
    for (const name of readdirSync(FOLDER).filter((one) => one.endsWith('.sh'))) {
      try {
        execFileSync('/usr/bin/shellcheck', ['--shell=dash', join(FOLDER, name)], { stdio: 'pipe' })
      } catch (error) {
        assert.fail(String((error as { stdout: Buffer }).stdout))
      }
    }
  })

  it('are sent without comments, and each shell reads them', () => {
    const nonce = '0'.repeat(32)
    for (const program of [
      sessionProgram(nonce, 'stop', undefined),
      sessionProgram(nonce, 'stop', 'postgres'),
      becomeProgram(nonce, 'postgres', true),
      stopProgram(nonce, 'stop'),
    ]) {
      for (const shell of ['/bin/dash', '/bin/bash']) execFileSync(shell, ['-n'], { input: program })
      assert.doesNotMatch(program, /^ *#/m)
      assert.ok(program.length < 6000, `${program.length} bytes`)
    }
  })
})
