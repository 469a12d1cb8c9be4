import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Sshd, USER, keygen, publicKey, startSshd } from './sshd.ts'

describe('the host key', function () {
  let sshd: Sshd
  let file: string

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('', ['ed25519', 'ecdsa', 'rsa'])
    file = join(sshd.dir, 'known')
    keygen(join(sshd.dir, 'other'), 'ed25519')
  })
  after(() => sshd?.stop())

  const key = (type: string): string => publicKey(sshd.hostKey(type))
  const name = (): string => `[127.0.0.1]:${sshd.port}`
  const fingerprint = (type: string): string =>
    execFileSync('ssh-keygen', ['-lf', `${sshd.hostKey(type)}.pub`])
      .toString()
      .split(' ')[1] ?? ''
  const connect = async (known: string, lines = '', warn?: (host: string, text: string) => void) => {
    writeFileSync(file, known)
    const config = sshd.sshConfig(`Host host\n  UserKnownHostsFile ${file} ${file}2\n${lines}\n`)
    const connection = await sshd.connect(USER, { config, warn })
    const [reply] = await connection.exchange([{ kind: 'probe', script: 'echo in' }], { user: 'login' })
    await connection.close()
    return String(reply?.stdout)
  }

  it('is refused when unknown, with the fingerprint and what to do', async () => {
    await assert.rejects(connect(''), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.name, 'UnreachableError')
      assert.equal(error.code, 'E_UNKNOWN_HOST_KEY')
      assert.ok(error.message.includes(fingerprint('ed25519')), error.message)
      assert.match(error.hint, /ssh -F \S+ host$/)
      return true
    })
    assert.equal(readFileSync(file, 'utf8'), '')
  })

  it('is remembered when unknown with accept-new, and known then', async () => {
    const warnings: string[] = []
    const lines = '  StrictHostKeyChecking accept-new\n  HashKnownHosts no'
    assert.equal(await connect('# no newline', lines, (_, text) => warnings.push(text)), 'in\n')
    assert.equal(readFileSync(file, 'utf8'), `# no newline\n${name()} ${key('ed25519')}\n`)
    assert.match(warnings.join(), /was added to known_hosts: ssh-ed25519 SHA256:/)
    assert.equal(await connect(readFileSync(file, 'utf8')), 'in\n')
  })

  it('is remembered hashed with HashKnownHosts, as ssh-keygen finds it', async () => {
    await connect('', '  StrictHostKeyChecking accept-new\n  HashKnownHosts yes')
    assert.match(readFileSync(file, 'utf8'), /^\|1\|/)
    assert.match(execFileSync('ssh-keygen', ['-F', name(), '-f', file]).toString(), /found: line 1/)
  })

  it('is verified even when the config says no', async () => {
    const warnings: string[] = []
    const lines = '  StrictHostKeyChecking no'
    await connect('', lines, (_, text) => warnings.push(text))
    assert.match(warnings.join(), /treated as accept-new/)
    const other = `${name()} ${publicKey(join(sshd.dir, 'other'))}\n`
    await assert.rejects(connect(other, lines), { code: 'E_HOST_KEY_CHANGED' })
  })

  it('is refused when changed, and the line is named', async () => {
    const other = `# comment\n${name()} ${publicKey(join(sshd.dir, 'other'))}\n`
    const message = new RegExp(`the host has ssh-ed25519 SHA256:.*${file}:2 has ssh-ed25519 SHA256:`)
    await assert.rejects(connect(other), { code: 'E_HOST_KEY_CHANGED', message, hint: /ssh-keygen -R/ })
    await assert.rejects(connect(other, '  StrictHostKeyChecking accept-new'), { code: 'E_HOST_KEY_CHANGED' })
  })

  it('is refused when revoked, although it is known', async () => {
    const known = `${name()} ${key('ed25519')}\n@revoked * ${key('ed25519')}\n`
    await assert.rejects(connect(known), { code: 'E_HOST_KEY_REVOKED', message: /known:2/ })
  })

  for (const type of ['ecdsa', 'rsa']) {
    it(`is negotiated as the type that is known: ${type}`, async () => {
      assert.equal(await connect(`${name()} ${key(type)}\n`), 'in\n')
    })
  }

  it('is found hashed, by wildcard, without the port, in the second file, by HostKeyAlias', async () => {
    writeFileSync(file, `${name()} ${key('ed25519')}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
    const hashed = readFileSync(file, 'utf8')
    assert.ok(!hashed.includes('127.0.0.1'))
    assert.equal(await connect(hashed), 'in\n')
    assert.equal(await connect(`[127.0.*]:* ${key('ed25519')}\n`), 'in\n')
    assert.equal(await connect(`other,127.0.0.? ${key('ed25519')}\n`), 'in\n')
    assert.equal(await connect(`alias ${key('ed25519')}\n`, '  HostKeyAlias alias'), 'in\n')
    writeFileSync(`${file}2`, `${name()} ${key('ed25519')}\n`)
    assert.equal(await connect(''), 'in\n')
    writeFileSync(`${file}2`, '')
  })

  it('is not found through a negated pattern', async () => {
    const known = `*,!${name()},!127.0.0.1 ${key('ed25519')}\n`
    await assert.rejects(connect(known), { code: 'E_UNKNOWN_HOST_KEY' })
  })

  it('is not vouched for by an authority, and the error says so', async () => {
    const known = `@cert-authority ${name()} ${key('ed25519')}\n`
    await assert.rejects(connect(known), {
      code: 'E_UNKNOWN_HOST_KEY',
      message: /known:1 trusts an authority/,
    })
  })
})
