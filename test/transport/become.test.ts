import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { Secret } from '../../lib/core/secret.ts'
import type { Connection, Script } from '../../lib/transport/transport.ts'
import { type Sshd, addUser, removeUser, startSshd } from './sshd.ts'
import { install } from '../support/install.ts'

const USER = `rp-become-${process.pid}`
const PASSWORD = 'correct horse $battery\'s "staple" \\n'
const SUDOERS = `/etc/sudoers.d/${USER}`
const whoami: Script = { kind: 'probe', script: 'id -un; echo ~ $HOME; umask' }

describe('becoming root', function () {
  let sshd: Sshd

  const allow = (rule: string): void =>
    writeFileSync(SUDOERS, rule === '' ? '' : `${USER} ${rule}\n`, { mode: 0o440 })
  const root = async (connection: Connection, ...scripts: Script[]) =>
    (await connection.exchange(scripts, { user: 'root' })).map(({ stdout }) => String(stdout))
  const secret = (text: string): Secret => new Secret('become password', text)

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    install('/usr/bin/sudo', 'sudo')
    mkdirSync('/etc/sudoers.d', { recursive: true })
    addUser(USER, '/bin/bash', PASSWORD)
    sshd = await startSshd()
  })
  after(async () => {
    rmSync(SUDOERS, { force: true })
    await sshd?.stop()
    removeUser(USER)
  })

  it('uses the shell of a root login, without sudo', async () => {
    const connection = await sshd.connect('root')
    const script: Script = { kind: 'probe', script: 'dirname "$(readlink /proc/$$/fd/1)"' }
    const [login] = await connection.exchange([script], { user: 'login' })
    assert.deepEqual(await root(connection, script), [String(login?.stdout)])
    assert.equal(connection.roundTrips, 2)
  })

  it('works with a password, which nobody can see', async () => {
    allow('ALL=(ALL) ALL')
    const lines: string[] = []
    const connection = await sshd.connect(USER, {
      becomePassword: secret(PASSWORD),
      trace: (_, text) => lines.push(text),
    })
    const everything: Script = {
      kind: 'probe',
      script: 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null',
    }
    const [who, seen = ''] = await root(connection, whoami, everything)
    assert.equal(who, 'root\n/root /root\n0022\n')
    assert.ok(seen.includes('sudo') && !seen.includes('correct horse'))
    assert.ok(!lines.join('\n').includes('correct horse'))
    assert.equal(connection.serverAddress, '127.0.0.1')
    // One to hand over the password, one for the batch.
    assert.equal(connection.roundTrips, 2)
    await root(connection, whoami)
    assert.equal(connection.roundTrips, 3)
    const [login] = await connection.exchange([whoami], { user: 'login' })
    assert.match(String(login?.stdout), new RegExp(`^${USER}\n`))
  })

  it('works without a password where sudo allows it, in one round trip', async () => {
    allow('ALL=(ALL) NOPASSWD: ALL')
    const connection = await sshd.connect(USER)
    assert.deepEqual(await root(connection, whoami), ['root\n/root /root\n0022\n'])
    assert.equal(connection.roundTrips, 1)
    assert.equal(connection.serverAddress, '127.0.0.1')
  })

  it('does not take a password that sudo does not want for a command', async () => {
    allow('ALL=(ALL) NOPASSWD: ALL')
    const connection = await sshd.connect(USER, { becomePassword: secret('touch /tmp/never') })
    assert.deepEqual(await root(connection, whoami, { kind: 'step', script: 'cat', stdin: 'body' }), [
      'root\n/root /root\n0022\n',
      'body',
    ])
  })

  it('fails soon and once with a wrong password', async () => {
    allow('ALL=(ALL) ALL')
    const connection = await sshd.connect(USER, { becomePassword: secret('wrong') })
    const started = performance.now()
    for (let i = 0; i < 2; i++) {
      await assert.rejects(root(connection, whoami), {
        code: 'E_BECOME_FAILED',
        name: 'UserError',
        message: 'cannot become root on host: sudo refused the password',
        hint: /It was tried once/,
      })
    }
    assert.ok(performance.now() - started < 30_000)
    const [login] = await connection.exchange([whoami], { user: 'login' })
    assert.equal(login?.code, 0)
  })

  it('says that a password is wanted', async () => {
    allow('ALL=(ALL) ALL')
    const connection = await sshd.connect(USER)
    await assert.rejects(root(connection, whoami), { code: 'E_BECOME_FAILED', hint: /--ask-become-pass/ })
  })

  it('says that the user may not', async () => {
    allow('')
    const connection = await sshd.connect(USER, { becomePassword: secret(PASSWORD) })
    await assert.rejects(root(connection, whoami), { code: 'E_BECOME_FAILED', message: /not in the sudoers/ })
  })

  it('says that sudo wants a terminal', async () => {
    writeFileSync(SUDOERS, `Defaults requiretty\n${USER} ALL=(ALL) ALL\n`, { mode: 0o440 })
    const connection = await sshd.connect(USER, { becomePassword: secret(PASSWORD) })
    await assert.rejects(root(connection, whoami), { code: 'E_BECOME_FAILED', message: /tty/ })
  })

  it('does not mind a lecture, stars and a pty of its own', async () => {
    writeFileSync(
      SUDOERS,
      `Defaults lecture=always,pwfeedback,use_pty,timestamp_timeout=0\n${USER} ALL=(ALL) ALL\n`,
    )
    execFileSync('chmod', ['440', SUDOERS])
    const connection = await sshd.connect(USER, { becomePassword: secret(PASSWORD) })
    const body = Buffer.alloc(2_000_000, 'Ψ\0\x03\x04\n')
    const [reply] = await connection.exchange([{ kind: 'step', script: 'sha256sum', stdin: body }], {
      user: 'root',
    })
    const expected = execFileSync('sha256sum', { input: body })
    assert.deepEqual(reply?.stdout, expected)
  })
})
