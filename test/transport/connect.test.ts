import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Server, type Socket, connect as tcp, createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createTransport } from '../../lib/transport/index.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { type Sshd, USER, freePort, keygen, startSshd } from './sshd.ts'

const hello: Script = { kind: 'probe', script: 'echo in' }
const login = { user: 'login' } as const

describe('connecting', function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('MaxAuthTries 3')
    keygen(join(sshd.dir, 'stranger'), 'ed25519')
    for (let i = 0; i < 4; i++) keygen(join(sshd.dir, `extra${i}`), 'ed25519')
    keygen(join(sshd.dir, 'locked'), 'ed25519', 'passphrase')
    keygen(join(sshd.dir, 'rsa'), 'rsa')
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-m', 'PEM', '-N', '', '-f', join(sshd.dir, 'pem')])
    const keys = ['id', 'locked', 'rsa', 'pem'].map((name) =>
      readFileSync(join(sshd.dir, `${name}.pub`), 'utf8'),
    )
    writeFileSync(join(sshd.dir, 'authorized_keys'), keys.join(''))
  })
  after(() => sshd?.stop())

  const connectWith = async (lines: string): Promise<string> => {
    const config = sshd.sshConfig(`Host host\n${lines}\n`)
    const connection = await sshd.connect(USER, { config })
    const [reply] = await connection.exchange([hello], login)
    await connection.close()
    return String(reply?.stdout)
  }
  const identity = (name: string): string => `  IdentitiesOnly yes\n  IdentityFile ${join(sshd.dir, name)}`

  describe('by key', () => {
    for (const name of ['id', 'rsa', 'pem']) {
      it(`file: ${name}`, async () => assert.equal(await connectWith(identity(name)), 'in\n'))
    }

    it('refuses with what was offered, at once', async () => {
      const file = join(sshd.dir, 'only-stranger')
      writeFileSync(
        file,
        readFileSync(sshd.sshConfig(), 'utf8').replace(/IdentityFile .*/, identity('stranger').trim()),
      )
      const tries = () =>
        readFileSync(join(sshd.dir, 'sshd.log'), 'utf8').match(/authenticating user/g)?.length ?? 0
      const before = tries()
      await assert.rejects(sshd.connect(USER, { config: file }), {
        name: 'UnreachableError',
        code: 'E_AUTH_FAILED',
        message: new RegExp(`host refused ${USER}: .*stranger`),
      })
      while (tries() === before) await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(tries() - before, 1, 'without another try')
    })

    it('says that a key needs a passphrase', async () => {
      const file = join(sshd.dir, 'only-locked')
      writeFileSync(
        file,
        readFileSync(sshd.sshConfig(), 'utf8').replace(/IdentityFile .*/, identity('locked').trim()),
      )
      const hint = `Unlock it with: ssh-add ${join(sshd.dir, 'locked')}`
      await assert.rejects(sshd.connect(USER, { config: file }), {
        code: 'E_AUTH_FAILED',
        message: /locked needs a passphrase/,
        hint,
      })
    })

    it('does without an agent that is gone', async () => {
      assert.equal(await connectWith('  IdentityAgent /nonexistent/agent'), 'in\n')
    })
  })

  describe('by agent', () => {
    let agent: ChildProcess
    let socket: string
    const add = (name: string): void => {
      const askpass = join(sshd.dir, 'askpass')
      writeFileSync(askpass, '#!/bin/sh\necho passphrase\n', { mode: 0o755 })
      const env = {
        ...process.env,
        SSH_AUTH_SOCK: socket,
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: 'force',
      }
      execFileSync('ssh-add', ['-q', join(sshd.dir, name)], { env, stdio: 'ignore' })
    }

    before(async () => {
      socket = join(sshd.dir, 'agent')
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
      while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20))
      for (const name of ['extra0', 'extra1', 'extra2', 'extra3', 'locked']) add(name)
    })
    after(() => agent?.kill())

    it('unlocks a key, and IdentitiesOnly spares the server the others', async () => {
      assert.equal(await connectWith(`  IdentityAgent ${socket}\n${identity('locked')}`), 'in\n')
    })

    it('runs out of tries without IdentitiesOnly, as ssh does', async () => {
      await assert.rejects(connectWith(`  IdentityAgent ${socket}`), {
        code: 'E_AUTH_FAILED',
        message: /5 of the agent.*Too many authentication failures/,
      })
    })
  })

  describe('to a server', () => {
    const transport = (config: string) => createTransport({ sshConfigFile: config })
    const signal = new AbortController().signal

    it('takes the address of the inventory when the config has no HostName', async () => {
      const file = join(sshd.dir, 'no-hostname')
      writeFileSync(file, readFileSync(sshd.sshConfig(), 'utf8').replace('HostName 127.0.0.1', ''))
      const connection = await transport(file).connect({ name: 'anything', address: '127.0.0.1' }, signal)
      await connection.close()
    })

    it('that refuses is tried again a little', async () => {
      const port = await freePort()
      let server: Server | undefined
      // Up after the first try: a proxy to the sshd. Each side may hang up first, and the other then writes to nobody.
      const timer = setTimeout(() => {
        server = createServer((socket) =>
          pipeline(socket, tcp(sshd.port, '127.0.0.1'), socket, () => {}),
        ).listen(port)
      }, 100)
      const alias = `  HostKeyAlias [127.0.0.1]:${sshd.port}`
      const connection = await sshd.connect(USER, {
        config: sshd.sshConfig(`Host host\n  Port ${port}\n${alias}\n`),
      })
      await connection.close()
      clearTimeout(timer)
      server?.close()
    })

    it('that is not there is reported', async () => {
      const config = sshd.sshConfig(`Host host\n  Port ${await freePort()}\n`)
      await assert.rejects(sshd.connect(USER, { config }), {
        name: 'UnreachableError',
        code: 'E_CONNECT_FAILED',
        message: /127.0.0.1 port \d+: .*ECONNREFUSED/,
      })
    })

    it('that never answers is given up after ConnectTimeout, or when interrupted', async () => {
      const sockets: Socket[] = []
      const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
      await new Promise((resolve) => silent.once('listening', resolve))
      const config = sshd.sshConfig(`Host host\n  Port ${(silent.address() as AddressInfo).port}\n`)
      const abort = new AbortController()
      setTimeout(() => abort.abort(), 200)
      const started = performance.now()
      await assert.rejects(sshd.connect(USER, { config, signal: abort.signal }), {
        name: 'UnreachableError',
        message: /interrupted/,
      })
      assert.ok(performance.now() - started < 8000)
      for (const socket of sockets) socket.destroy()
      silent.close()
    })

    it('over jump hosts, each verified', async () => {
      const { port } = sshd
      const config = sshd.sshConfig(`
Host host
  ProxyJump first,${USER}@second:${port}
Host second
  Port 1
`)
      const connection = await sshd.connect(USER, { config })
      assert.equal(String((await connection.exchange([hello], login))[0]?.stdout), 'in\n')
      await connection.close()
      const unknown = sshd.sshConfig('Host host\n  ProxyJump hop\nHost hop\n  UserKnownHostsFile none\n')
      await assert.rejects(sshd.connect(USER, { config: unknown }), {
        code: 'E_UNKNOWN_HOST_KEY',
        hint: / hop$/,
      })
      const beyond = sshd.sshConfig(`Host host\n  ProxyJump hop\n  Port ${await freePort()}\n`)
      await assert.rejects(sshd.connect(USER, { config: beyond }), {
        name: 'UnreachableError',
        code: 'E_CONNECT_FAILED',
        hint: /ssh -F \S+ host/,
      })
      const loop = sshd.sshConfig(
        'Host host\n  ProxyJump one\nHost one\n  ProxyJump two\nHost two\n  ProxyJump one\n',
      )
      await assert.rejects(sshd.connect(USER, { config: loop }), {
        code: 'E_SSH_CONFIG',
        message: /is a loop/,
      })
    })
  })
})
