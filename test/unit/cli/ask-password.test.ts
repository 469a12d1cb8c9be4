import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
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

  it('of a key is not waited for when nobody needs it any more', async function () {
    const program = join(folder, 'ask.mts')
    const module = JSON.stringify(resolve('lib/cli/ask-password.ts'))
    writeFileSync(
      program,
      `import { askPassphrase } from ${module}
      const over = new AbortController()
      setTimeout(() => over.abort(), 100)
      const ask = () => askPassphrase('Passphrase: ', over.signal)
      console.log(['answers:', String(await ask()), String(await ask())].join(' '))\n`,
    )
    // Gives it a terminal, on which nobody types.
    const command = [process.execPath, '--import=tsx', '--conditions=source', program].join(' ')
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise((done) => child.once('close', done))
    const late = setTimeout(() => child.kill('SIGKILL'), 90_000)
    assert.equal(await ended, 0, said)
    clearTimeout(late)
    assert.match(said, /answers: undefined undefined/)
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
