import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Asks for the password in a process of its own, which has this standard input. */
function ask(stdin: number | 'pipe', input?: string, before = ''): string {
  const script = `${before}import { askBecomePassword } from ${JSON.stringify(resolve('lib/cli/ask-password.ts'))}
    import { reveal } from ${JSON.stringify(resolve('lib/core/secret.ts'))}
    console.log(reveal(await askBecomePassword()))`
  const argv = ['--import=tsx', '--conditions=source', '--input-type=module', '--eval', script]
  return execFileSync(process.execPath, argv, { encoding: 'utf8', stdio: [stdin, 'pipe', 'pipe'], input })
}

describe('the password of sudo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ask-password-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is read from a pipe', () => assert.equal(ask('pipe', 'correct horse\nrest\n'), 'correct horse\n'))

  it('is missing where the terminal is closed', () => {
    const gone = `import { PassThrough } from 'node:stream'
      const terminal = Object.assign(new PassThrough(), { isTTY: true })
      Object.defineProperty(process, 'stdin', { value: terminal })
      setTimeout(() => terminal.destroy(new Error('read EIO')), 100)\n`
    assert.throws(
      () => ask('pipe', '', gone),
      ({ stderr }: { stderr: string }) => {
        assert.match(stderr, /no sudo password was given/)
        assert.doesNotMatch(stderr, /EIO/)
        return true
      },
    )
  })

  it('is read from a file', () => {
    const path = join(folder, 'password')
    writeFileSync(path, 'correct horse\n')
    const file = openSync(path, 'r')
    try {
      assert.equal(ask(file), 'correct horse\n')
    } finally {
      closeSync(file)
    }
  })
})
