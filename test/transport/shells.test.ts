import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Sshd, addUser, removeUser, startSshd } from './sshd.ts'
import { install } from '../support/install.ts'

const ASH = `/opt/rp-${process.pid}/ash`

const SHELLS = {
  sh: ['/bin/sh', 'dash', ''],
  bash: ['/bin/bash', 'bash', '.bashrc'],
  zsh: ['/usr/bin/zsh', 'zsh', '.zshenv'],
  fish: ['/usr/bin/fish', 'fish', '.config/fish/config.fish'],
  tcsh: ['/usr/bin/tcsh', 'tcsh', '.tcshrc'],
  ash: [ASH, 'busybox', ''],
} as const

describe('login shells', function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    install('/bin/busybox', 'busybox')
    // As on Alpine, where busybox is the login shell by the name it is called with.
    mkdirSync(dirname(ASH), { recursive: true })
    symlinkSync('/bin/busybox', ASH)
    sshd = await startSshd()
  })
  after(async () => {
    rmSync(dirname(ASH), { recursive: true, force: true })
    await sshd?.stop()
  })

  for (const [name, [shell, packageName, startup]] of Object.entries(SHELLS)) {
    it(`${name}, with a noisy start-up file`, async () => {
      const user = `rp-${name}-${process.pid}`
      install(shell, packageName)
      addUser(user, shell)
      try {
        if (startup !== '') noise(user, startup)
        const connection = await sshd.connect(user)
        const script = `printf '%s|' "$USER" '!' "it's" '\\n' "$LC_ALL"`
        const replies = await connection.exchange(
          [
            { kind: 'probe', script },
            { kind: 'step', script: 'cat', stdin: '!\'"\\ \0\n' },
          ],
          { user: 'login' },
        )
        assert.equal(String(replies[0]?.stdout), `${user}|!|it's|\\n|C|`)
        assert.equal(String(replies[1]?.stdout), '!\'"\\ \0\n')
        assert.equal(connection.serverAddress, '127.0.0.1')
        assert.equal(connection.roundTrips, 1)
        await connection.close()
      } finally {
        removeUser(user)
      }
    })
  }

  it('none: the reason is what the shell said', async () => {
    const user = `rp-none-${process.pid}`
    addUser(user, '/usr/sbin/nologin')
    try {
      const connection = await sshd.connect(user)
      const going = connection.exchange([{ kind: 'probe', script: ':' }], { user: 'login' })
      await assert.rejects(going, { code: 'E_NO_SHELL', message: /not available/ })
    } finally {
      removeUser(user)
    }
  })
})

/** What start-up files print, in a form that all of these shells understand. At the top: Debian's .bashrc ends early. */
function noise(user: string, startup: string): void {
  const file = join('/home', user, startup)
  mkdirSync(dirname(file), { recursive: true })
  const old = existsSync(file) ? readFileSync(file, 'utf8') : ''
  writeFileSync(file, `echo welcome\necho "0123 hello 0 -"\nprintf no-newline\nls /nonexistent\n${old}`)
}
