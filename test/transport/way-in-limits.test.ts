import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Server, type Socket, createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { type TransportOptions, createTransport } from '../../lib/transport/index.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { type Sshd, USER, startSshd } from './sshd.ts'

const signal = new AbortController().signal
const hello: Script = { kind: 'probe', script: 'echo in; echo "$SSH_CONNECTION"' }

/** What `ssh NAME` would do is done: each test has the real ssh beside it where it can tell. */
describe('the way in, its proxies and its limits', function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('MaxAuthTries 20', ['ed25519', 'rsa'])
  })
  after(() => sshd?.stop())

  const file = (name: string, text: string): string => {
    const path = join(sshd.dir, name)
    writeFileSync(path, text)
    return path
  }
  /** A config without HostName in its defaults. */
  const config = (blocks: string, user = USER): string =>
    file(
      'config',
      `${blocks}
Host *
  Port ${sshd.port}
  User ${user}
  IdentityFile ${sshd.dir}/id
  IdentityAgent none
  StrictHostKeyChecking yes
  UserKnownHostsFile ${sshd.dir}/known_hosts
  GlobalKnownHostsFile none
`,
    )
  /** Where ssh goes, in its own words. */
  const judge = (name: string, path: string) => {
    const { status, stderr, stdout } = spawnSync('ssh', [
      '-v',
      '-F',
      path,
      '-o',
      'BatchMode=yes',
      name,
      'echo in',
    ])
    return { ok: status === 0 && String(stdout) === 'in\n', said: String(stderr) }
  }
  const connect = async (
    path: string,
    {
      name = 'host',
      address = '127.0.0.1',
      ...options
    }: TransportOptions & { name?: string; address?: string } = {},
  ): Promise<string> => {
    const transport = createTransport({ sshConfigFile: path, ...options })
    const connection = await transport.connect({ name, address }, signal)
    const [reply] = await connection.exchange([hello], { user: 'login' })
    await connection.close()
    return String(reply?.stdout)
  }

  describe('through a ProxyCommand', () => {
    const relay = (): string =>
      file(
        'relay.cjs',
        `const s = require('net').connect(+process.argv[3], process.argv[2]);process.stdin.pipe(s).pipe(process.stdout)`,
      )

    it('with its tokens', async () => {
      const path = config(
        `Host host\n  HostName 127.0.0.1\n  ProxyCommand ${process.execPath} ${relay()} %h %p\n`,
      )
      const j = judge('host', path)
      assert.equal(j.ok, true, j.said)
      assert.match(await connect(path), /^in\n/)
    })

    it('that comes before ProxyJump, and not after it', async () => {
      const command = `  ProxyCommand ${process.execPath} ${relay()} %h %p\n`
      for (const [block, ok] of [
        [`Host host\n  HostName 127.0.0.1\n${command}  ProxyJump nowhere.invalid\n`, true],
        [`Host host\n  HostName 127.0.0.1\n  ProxyJump nowhere.invalid\n${command}`, false],
        [`Host host\n  HostName 127.0.0.1\n  ProxyJump none\n${command}`, true],
      ] as const) {
        const path = config(block)
        assert.equal(judge('host', path).ok, ok, block)
        if (ok) assert.match(await connect(path), /^in\n/)
        else await assert.rejects(connect(path), { code: 'E_CONNECT_FAILED', message: /nowhere\.invalid/ })
      }
    })

    it('whose words are in the error', async () => {
      const path = config('Host host\n  ProxyCommand sh -c "echo no way to %h >&2; exit 3"\n')
      await assert.rejects(connect(path), {
        code: 'E_CONNECT_FAILED',
        message: /the ProxyCommand said: no way to host; it ended with status 3/,
      })
    })

    it('that hangs, until ConnectTimeout', async () => {
      const path = config('Host host\n  ConnectTimeout 3\n  ProxyCommand sleep 30\n')
      const started = performance.now()
      await assert.rejects(connect(path), { code: 'E_CONNECT_FAILED', message: /in 3 s \(ConnectTimeout\)/ })
      assert.ok(performance.now() - started < 6000)
    })
  })

  describe('that leads nowhere', () => {
    const sockets: Socket[] = []
    const serve = async (answer: (socket: Socket) => void): Promise<[Server, number]> => {
      const server = createServer((socket) => {
        sockets.push(socket.on('error', () => {}))
        answer(socket)
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      return [server, (server.address() as AddressInfo).port]
    }

    for (const [what, banner] of [
      ['says nothing', ''],
      ['says no more than its version', 'SSH-2.0-silent\r\n'],
    ] as const) {
      it(`ends after ConnectTimeout, in total: the host ${what}`, async () => {
        const [server, port] = await serve((socket) => socket.write(banner))
        const path = config(`Host host\n  HostName 127.0.0.1\n  Port ${port}\n  ConnectTimeout 3\n`)
        const started = performance.now()
        await assert.rejects(connect(path), {
          name: 'UnreachableError',
          code: 'E_CONNECT_FAILED',
          message: /3 s \(ConnectTimeout\)/,
        })
        const took = performance.now() - started
        assert.ok(took > 2900 && took < 5800, `${took} ms`)
        for (const socket of sockets.splice(0)) socket.destroy()
        server.close()
      })
    }

    for (const way of [
      'Host host\n  HostName 127.0.0.1',
      'Host host\n  ProxyJump gate\nHost gate\n  HostName 127.0.0.1',
    ])
      it(`ends after the time that the run gives it, whatever the config says: ${way.split('\n')[1]?.trim()}`, async () => {
        const [server, port] = await serve(() => {})
        const path = config(`${way}\n  Port ${port}\nHost *\n  ConnectTimeout 30\n`)
        const started = performance.now()
        await assert.rejects(connect(path, { connectTimeout: 2 }), { code: 'E_CONNECT_FAILED' })
        const took = performance.now() - started
        assert.ok(took > 1900 && took < 5800, `${took} ms`)
        for (const socket of sockets.splice(0)) socket.destroy()
        server.close()
      })

    it('ends after ConnectTimeout in total where it is a jump host that is silent', async () => {
      const [server, port] = await serve(() => {})
      const path = config(
        `Host host\n  ProxyJump gate\nHost gate\n  HostName 127.0.0.1\n  Port ${port}\nHost *\n  ConnectTimeout 3\n`,
      )
      const started = performance.now()
      await assert.rejects(connect(path), {
        code: 'E_CONNECT_FAILED',
        message: /jump host gate|127\.0\.0\.1 port/,
      })
      assert.ok(performance.now() - started < 5800)
      for (const socket of sockets.splice(0)) socket.destroy()
      server.close()
    })

    for (const way of [
      'HostName 127.0.0.1\n  Port 1',
      'HostName 127.0.0.1',
      'HostName 127.0.0.1\n  Port 1\n  IdentityAgent /nowhere',
      'ProxyCommand sleep 9',
      'HostName 127.0.0.1\n  ProxyJump gate\nHost gate\n  HostName 127.0.0.1',
    ])
      it(`ends where its time is over before it is dialled: ${way.replaceAll(/\s+/g, ' ')}`, async () => {
        const slow = join(sshd.dir, 'slow')
        rmSync(slow, { force: true })
        execFileSync('mkfifo', [slow])
        const path = config(`Host host\n  ConnectTimeout 1\n  IdentityFile ${slow}\n  ${way}\n`)
        // The key can be read when the second is over, which has begun when the key is opened.
        const writer = spawn('sh', ['-c', `exec 3>${slow}; exec sleep 2`], { stdio: 'ignore' })
        await assert.rejects(connect(path), { code: 'E_CONNECT_FAILED', message: /1 s \(ConnectTimeout\)/ })
        await new Promise((resolve) => setTimeout(resolve, 50))
        writer.kill()
      })

    it('does not count the time in which this process did not run', async () => {
      const [server, port] = await serve((socket) => {
        // As on a machine that is busy, or was suspended.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000)
        const upstream = createConnection(sshd.port, '127.0.0.1').on('error', () => {})
        sockets.push(upstream)
        socket.pipe(upstream).pipe(socket)
      })
      const alias = `HostKeyAlias [127.0.0.1]:${sshd.port}`
      const path = config(`Host host\n  HostName 127.0.0.1\n  Port ${port}\n  ${alias}\n  ConnectTimeout 5\n`)
      assert.match(await connect(path), /^in\n/)
      for (const socket of sockets.splice(0)) socket.destroy()
      server.close()
    })

    it('is tried again when the server hangs up on it', async () => {
      let tries = 0
      const [server, port] = await serve((socket) => {
        tries += 1
        socket.destroy()
      })
      const path = config(`Host host\n  HostName 127.0.0.1\n  Port ${port}\n`)
      await assert.rejects(connect(path), { code: 'E_CONNECT_FAILED' })
      assert.equal(tries, 3)
      server.close()
    })
  })

  it('makes no noise with forty connections on one signal', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    const path = sshd.sshConfig('Host host-*\n  ConnectTimeout 60\n')
    const transport = createTransport({ sshConfigFile: path })
    const names = Array.from({ length: 40 }, (_, i) => ({ name: `host-${i}`, address: '127.0.0.1' }))
    const open = await Promise.all(names.map((host) => transport.connect(host, signal)))
    await Promise.all(open.map((connection) => connection.close()))
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.off('warning', onWarning)
    assert.deepEqual(warnings.map(String), [])
  })
})
