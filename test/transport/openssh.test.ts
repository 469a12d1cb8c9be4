import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../lib/core/secret.ts'
import { type TransportOptions, createTransport, ssh } from '../../lib/transport/index.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { startSoftwareKey } from './software-key.ts'
import { type Sshd, USER, freePort, keygen, publicKey, startSshd } from './sshd.ts'

const signal = new AbortController().signal
const hello: Script = { kind: 'probe', script: 'echo in' }

/** What ssh2 cannot do goes through OpenSSH's own client. */
describe("OpenSSH's own client", function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd(
      'TrustedUserCAKeys %DIR%/ca.pub\nHostCertificate %DIR%/host_ed25519-cert.pub',
      ['ed25519'],
      (dir) => {
        keygen(join(dir, 'ca'), 'ed25519')
        const sign = (...args: string[]) =>
          execFileSync('ssh-keygen', ['-q', '-s', join(dir, 'ca'), '-I', 'test', ...args])
        sign('-h', '-n', '127.0.0.1,node', join(dir, 'host_ed25519.pub'))
        keygen(join(dir, 'signed'), 'ed25519')
        sign('-n', USER, join(dir, 'signed.pub'))
        keygen(join(dir, 'expired'), 'ed25519')
        sign('-n', USER, '-V', '20200101:20200102', join(dir, 'expired.pub'))
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'correct horse', '-f', join(dir, 'locked')])
        sign('-n', USER, join(dir, 'locked.pub'))
      },
    )
  })
  after(() => sshd?.stop())

  /** The defaults' own key is left out. */
  const config = (blocks: string): string => {
    const path = sshd.sshConfig(blocks)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\n {2}IdentityFile [^\n]*\/id\n/, '\n'))
    return path
  }
  /** Whether the real ssh logs in. Not in the way of the agent, which is of this process. */
  const judge = (path: string): Promise<boolean> =>
    new Promise((resolve) => {
      execFile('ssh', ['-F', path, '-o', 'BatchMode=yes', 'host', 'true'], (error) => resolve(error === null))
    })
  const connect = async (
    path: string,
    options: TransportOptions & { client?: 'openssh' } = {},
  ): Promise<string> => {
    const { client, ...rest } = options
    const transport = createTransport({ sshConfigFile: path, ...rest })
    const host = { name: 'host', address: '127.0.0.1', connection: ssh({ transport: client }) }
    const connection = await transport.connect(host, signal)
    try {
      const [reply] = await connection.exchange([hello], { user: 'login' })
      return String(reply?.stdout)
    } finally {
      await connection.close()
    }
  }
  const folders = (): string[] =>
    readdirSync(process.env['XDG_RUNTIME_DIR'] ?? tmpdir()).filter((name) => name.startsWith('rp-ssh-'))

  describe('is chosen for', () => {
    it('a certificate beside its key', async () => {
      const path = config(`Host host\n  IdentityFile ${sshd.dir}/signed\n`)
      assert.equal(await judge(path), true)
      assert.equal(await connect(path), 'in\n')
    })

    it('a CertificateFile', async () => {
      keygen(join(sshd.dir, 'bare'), 'ed25519')
      const ca = ['-q', '-s', join(sshd.dir, 'ca'), '-I', 'test', '-n', USER, join(sshd.dir, 'bare.pub')]
      execFileSync('ssh-keygen', ca)
      execFileSync('mv', [join(sshd.dir, 'bare-cert.pub'), join(sshd.dir, 'elsewhere.pub')])
      const path = config(
        `Host host\n  IdentityFile ${sshd.dir}/bare\n  CertificateFile ${sshd.dir}/elsewhere.pub\n`,
      )
      assert.equal(await judge(path), true)
      assert.equal(await connect(path), 'in\n')
    })

    it('a certificate whose key has a passphrase, which is asked for', async () => {
      const path = config(`Host host\n  IdentityFile ${sshd.dir}/locked\n`)
      const asked: string[] = []
      const askSecret = async (prompt: string): Promise<Secret> => {
        asked.push(prompt)
        return new Secret('passphrase', asked.length === 1 ? 'wrong' : 'correct horse')
      }
      assert.equal(await connect(path, { askSecret }), 'in\n')
      assert.equal(asked.length, 2)
      assert.match(asked[0] ?? '', /Passphrase of .*locked/)
      await assert.rejects(connect(path), { code: 'E_AUTH_FAILED', message: /locked needs a passphrase/ })
    })

    it('a security key in an agent', async () => {
      const key = await startSoftwareKey(join(sshd.dir, 'sk-agent'))
      const saved = readFileSync(join(sshd.dir, 'authorized_keys'))
      writeFileSync(join(sshd.dir, 'authorized_keys'), `${key.publicKey}\n`, { flag: 'a' })
      const path = config(`Host host\n  IdentityAgent ${key.socket}\n`)
      assert.equal(await judge(path), true)
      assert.equal(await connect(path), 'in\n')
      assert.ok(key.signatures() >= 2)
      writeFileSync(join(sshd.dir, 'authorized_keys'), saved)
      key.stop()
    })

    it('a host certificate', async () => {
      const known = join(sshd.dir, 'authority')
      writeFileSync(known, `@cert-authority * ${publicKey(join(sshd.dir, 'ca'))}\n`)
      const path = sshd.sshConfig(`Host host\n  UserKnownHostsFile ${known}\n`)
      assert.equal(await judge(path), true)
      assert.equal(await connect(path), 'in\n')
      writeFileSync(known, `@cert-authority * ${publicKey(join(sshd.dir, 'id'))}\n`)
      assert.equal(await judge(path), false)
      await assert.rejects(connect(path), { code: 'E_UNKNOWN_HOST_KEY', message: /authority:1/ })
    })

    it('a server that wants a key exchange that ssh2 does not know', async () => {
      const modern = await startSshd(
        'KexAlgorithms sntrup761x25519-sha512@openssh.com',
        ['ed25519'],
        () => {},
        false,
      )
      try {
        const connection = await modern.connect(USER)
        const [reply] = await connection.exchange([hello], { user: 'login' })
        assert.equal(String(reply?.stdout), 'in\n')
      } finally {
        await modern.stop()
      }
    })
  })

  describe('is refused', () => {
    it('as the server refuses it', async () => {
      const path = config(`Host host\n  IdentityFile ${sshd.dir}/expired\n`)
      assert.equal(await judge(path), false)
      await assert.rejects(connect(path), { code: 'E_AUTH_FAILED', message: /expired.*Permission denied/ })
    })

    it('with a host key that is not known, changed or revoked', async () => {
      const known = join(sshd.dir, 'known')
      keygen(join(sshd.dir, 'stranger'), 'ed25519')
      const name = `[127.0.0.1]:${sshd.port}`
      const own = publicKey(sshd.hostKey('ed25519'))
      for (const [text, code] of [
        ['', 'E_UNKNOWN_HOST_KEY'],
        [`${name} ${publicKey(join(sshd.dir, 'stranger'))}\n`, 'E_HOST_KEY_CHANGED'],
        [`${name} ${own}\n@revoked * ${own}\n`, 'E_HOST_KEY_REVOKED'],
      ] as const) {
        writeFileSync(known, text)
        const path = sshd.sshConfig(`Host host\n  UserKnownHostsFile ${known}\n`)
        await assert.rejects(connect(path, { client: 'openssh' }), { name: 'UnreachableError', code }, code)
      }
    })

    it('where nobody listens', async () => {
      const path = sshd.sshConfig(`Host host\n  Port ${await freePort()}\n`)
      await assert.rejects(connect(path, { client: 'openssh' }), {
        code: 'E_CONNECT_FAILED',
        message: /refused/,
      })
    })

    it('after ConnectTimeout, when the ProxyCommand hangs', async () => {
      const path = sshd.sshConfig('Host host\n  ConnectTimeout 3\n  ProxyCommand sleep 30\n')
      const started = performance.now()
      await assert.rejects(connect(path, { client: 'openssh' }), {
        code: 'E_CONNECT_FAILED',
        message: /ConnectTimeout/,
      })
      assert.ok(performance.now() - started < 6000)
    })
  })

  it('goes over jump hosts of either kind, and is a jump host itself', async () => {
    const { dir } = sshd
    // The hop has a certificate and the host a key, and the other way round.
    for (const [host, hop] of [
      ['id', 'signed'],
      ['signed', 'id'],
      ['signed', 'signed'],
    ]) {
      const path = config(
        `Host host\n  IdentityFile ${dir}/${host}\n  ProxyJump hop\nHost hop\n  IdentityFile ${dir}/${hop}\n`,
      )
      assert.equal(await judge(path), true)
      assert.equal(await connect(path), 'in\n', `${host} over ${hop}`)
    }
    const silent = config(
      `Host host\n  Port ${await freePort()}\n  ProxyJump hop\nHost hop\n  IdentityFile ${dir}/signed\n`,
    )
    await assert.rejects(connect(silent), { code: 'E_CONNECT_FAILED', message: /refused/i })
  })

  it('leaves nothing behind', async () => {
    const before = folders()
    const path = config(`Host host\n  IdentityFile ${sshd.dir}/signed\n`)
    await connect(path)
    await assert.rejects(connect(config(`Host host\n  IdentityFile ${sshd.dir}/expired\n`)))
    const left = () => folders().filter((name) => !before.includes(name))
    for (const deadline = Date.now() + 10_000; left().length > 0 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(left(), [])
  })
})
