import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import { lookUp } from '../../lib/transport/ssh/config.ts'
import { type Sshd, startSshd } from './sshd.ts'

const signal = new AbortController().signal

/** Options that change whether a login comes about, or by what: the real ssh is the judge, and both clients obey. */
describe('an option of the ssh config', function () {
  let sshd: Sshd
  let log: string
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('LogLevel DEBUG1\nListenAddress 127.0.0.1')
    log = join(sshd.dir, 'sshd.log')
  })
  after(() => sshd?.stop())

  const config = (...lines: string[]): string => {
    const path = sshd.sshConfig(`Host host\n${lines.map((line) => `  ${line}\n`).join('')}`)
    // One line of it is under test in some.
    if (lines.some((line) => line.startsWith('IdentityAgent')))
      writeFileSync(path, readFileSync(path, 'utf8').replace('  IdentityAgent none\n', ''))
    return path
  }
  const judge = (path: string): Promise<{ ok: boolean; said: string }> =>
    new Promise((resolve) => {
      execFile('ssh', ['-F', path, '-o', 'BatchMode=yes', 'host', 'true'], (error, _, stderr) =>
        resolve({ ok: error === null, said: stderr }),
      )
    })
  const connect = async (path: string, client: 'auto' | 'openssh'): Promise<string> => {
    const transport = createTransport({ sshConfigFile: path })
    const host = { name: 'host', address: '127.0.0.9', connection: ssh({ transport: client }) }
    try {
      const connection = await transport.connect(host, signal)
      await connection.close()
      return 'in'
    } catch (error) {
      return `${(error as { code?: string }).code}: ${(error as Error).message}`
    }
  }
  /** What the server's log has of the last connection. */
  const negotiated = (what: string, from: number): string =>
    [
      ...readFileSync(log, 'utf8')
        .slice(from)
        .matchAll(new RegExp(`kex: ${what}(.*?) \\[preauth\\]`, 'g')),
    ]
      .map(([, found]) => found?.trim())
      .join()

  const letIn: Readonly<Record<string, readonly string[]>> = {
    'IdentityAgent with a variable that is not set': ['IdentityAgent $RP_NOT_SET'],
    'BindAddress with a name': ['BindAddress localhost'],
    'BindAddress with an address': ['BindAddress 127.0.0.5'],
    'ForkAfterAuthentication yes': ['ForkAfterAuthentication yes'],
    'StdinNull yes': ['StdinNull yes'],
    'PreferredAuthentications with publickey in it': ['PreferredAuthentications password,publickey'],
    'a cipher that is not among the usual first': ['Ciphers aes192-ctr'],
    'a list of ciphers by pattern': ['Ciphers -chacha20*,aes128*'],
    'a MAC that only OpenSSH has': ['MACs umac-64@openssh.com', 'Ciphers aes128-ctr'],
    'a key exchange that only OpenSSH has': ['KexAlgorithms sntrup761x25519-sha512@openssh.com'],
  }
  for (const [what, lines] of Object.entries(letIn))
    it(`is no obstacle where it is none to ssh: ${what}`, async () => {
      const path = config(...lines)
      const { ok, said } = await judge(path)
      assert.ok(ok, said)
      for (const client of ['auto', 'openssh'] as const)
        assert.equal(await connect(path, client), 'in', client)
    })

  const refused: Readonly<Record<string, readonly [code: RegExp, ...lines: string[]]>> = {
    'IdentityFile with a variable that is not set': [
      /^E_(SSH_CONFIG|CONNECT_FAILED): .*RP_NOT_SET/s,
      'IdentityFile ${RP_NOT_SET}/id',
    ],
    'PreferredAuthentications without publickey': [
      /^E_AUTH_FAILED: .*PreferredAuthentications password/s,
      'PreferredAuthentications password',
    ],
    'PubkeyAuthentication no': [/^E_AUTH_FAILED: .*PubkeyAuthentication no/s, 'PubkeyAuthentication no'],
    'a cipher that the server does not have': [/^E_HANDSHAKE_FAILED: .*no matching/s, 'Ciphers aes256-cbc'],
    'a MAC that the server does not have': [
      /^E_HANDSHAKE_FAILED: .*no matching/s,
      'MACs hmac-md5',
      'Ciphers aes128-ctr',
    ],
    'a key exchange that the server does not have': [
      /^E_HANDSHAKE_FAILED: .*no matching/s,
      'KexAlgorithms diffie-hellman-group1-sha1',
    ],
  }
  for (const [what, [code, ...lines]] of Object.entries(refused))
    it(`lets nobody in whom ssh would not let in: ${what}`, async () => {
      const path = config(...lines)
      const { ok, said } = await judge(path)
      assert.ok(!ok, said)
      for (const client of ['auto', 'openssh'] as const)
        assert.match(await connect(path, client), code, client)
    })

  it('that has ssh run a program is not waited for without end', async () => {
    const hangs = sshd.sshConfig('Match exec "trap : HUP TERM; sleep 20; sleep 20"\n  User nobody\n')
    const hop = 'Match originalhost hop exec "sleep 20; sleep 20"\n  User nobody\n'
    const overHop = sshd.sshConfig(`Host host\n  ProxyJump hop\n${hop}`)
    const started = performance.now()
    const within = AbortSignal.timeout(1000)
    await assert.rejects(lookUp('host', hangs, {}, within), { name: 'TimeoutError' })
    for (const [path, ms, message] of [
      [hangs, 500, /connecting to host was interrupted/],
      [overHop, 500, /connecting to host was interrupted/],
      [overHop, 20_000, /no login on the jump host hop in 2 s \(ConnectTimeout\)/],
    ] as const) {
      const transport = createTransport({ sshConfigFile: path, connectTimeout: 2 })
      const stop = new AbortController()
      const timer = setTimeout(() => stop.abort(), ms)
      const trying = transport.connect({ name: 'host', address: '127.0.0.9' }, stop.signal)
      await assert.rejects(trying, { name: 'UnreachableError', code: 'E_CONNECT_FAILED', message })
      clearTimeout(timer)
    }
    assert.ok(performance.now() - started < 15_000)
  })

  it('decides which algorithms protect the connection', async () => {
    for (const [what, ...lines] of [
      ['client->server cipher: ', 'Ciphers aes256-ctr,aes128-ctr', 'MACs hmac-sha2-512'],
      ['algorithm: ', 'KexAlgorithms diffie-hellman-group16-sha512,curve25519-sha256'],
    ] as const) {
      const path = config(...lines)
      let from = readFileSync(log, 'utf8').length
      await judge(path)
      const expected = negotiated(what, from)
      assert.match(expected, /aes256-ctr MAC: hmac-sha2-512|group16/)
      from = readFileSync(log, 'utf8').length
      assert.equal(await connect(path, 'auto'), 'in')
      assert.equal(negotiated(what, from), expected)
    }
  })
})
