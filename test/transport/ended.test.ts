import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../lib/core/secret.ts'
import { createPostgresChannel, sql } from '../../lib/postgres/channel.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { cutLink } from './cut-link.ts'
import {
  IDENTITIES_ANSWER,
  OPENSSH_ONLY,
  hangUp,
  listen,
  message,
  portOf,
  processesBelow,
  startProxy,
  within,
} from './small-servers.ts'
import { type Sshd, USER, addUser, removeUser, startSshd } from './sshd.ts'

const hello: Script = { kind: 'probe', script: 'echo in' }
const login = { user: 'login' } as const

describe('what is over', function () {
  this.timeout(120_000)
  let sshd: Sshd
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
  })
  after(() => sshd?.stop())
  afterEach(hangUp)

  const gate = (more = ''): string => `Host gate\n  Port ${sshd.port}\n${more}`
  const key = (port: number): string => `  Port ${port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`
  for (const [over, toGate, toHost] of [
    ['ssh2 over ssh2', '', ''],
    ["ssh2 over OpenSSH's own client", OPENSSH_ONLY, ''],
    ["OpenSSH's own client over ssh2", '', OPENSSH_ONLY],
    ["OpenSSH's own client over itself", OPENSSH_ONLY, OPENSSH_ONLY],
  ] as const)
    it(`a server that hangs up at once is not waited for: ${over}`, async () => {
      // It takes its time, in which the server has hung up.
      await listen(
        (socket) => void setTimeout(() => socket.write(message(IDENTITIES_ANSWER, 0)), 300),
        join(sshd.dir, 'slow-agent'),
      )
      const server = await listen((socket) => socket.destroy())
      const config = sshd.sshConfig(
        `Host host\n  ProxyJump gate\n  Port ${portOf(server)}\n  ConnectTimeout 25\n  IdentityAgent ${sshd.dir}/slow-agent\n${toHost}${gate(toGate)}`,
      )
      const refused = assert.rejects(sshd.connect(USER, { config }), { code: 'E_CONNECT_FAILED' })
      await within(20_000, 'the login', refused)
    })

  it('a jump host that falls silent does not hold up the end of ConnectTimeout', async () => {
    const link = await cutLink(sshd.port)
    // The way is open by then, and both wait for the server's first word.
    const server = await listen(() => void setTimeout(() => link.cutAfter(0, 'stalled'), 1000))
    const config = sshd.sshConfig(
      `Host host\n  ProxyJump gate\n  Port ${portOf(server)}\n  ConnectTimeout 3\nHost gate\n${key(link.port)}  ServerAliveInterval 60\n`,
    )
    const refused = assert.rejects(sshd.connect(USER, { config }), {
      code: 'E_CONNECT_FAILED',
      message: /no login in 3 s \(ConnectTimeout\)/,
    })
    try {
      await within(20_000, 'the login', refused)
    } finally {
      await link.close()
    }
  })

  it('a server that sends rubbish after any message of the login ends no more than the connection', async () => {
    let messages = 0
    let last = Infinity
    const proxy = await startProxy(sshd.port, (client, data) => {
      messages++
      client.write(messages < last ? data : Buffer.concat([data, Buffer.alloc(64, 0xff)]))
    })
    const config = sshd.sshConfig(`Host host\n${key(portOf(proxy))}`)
    const connection = await sshd.connect(USER, { config })
    const needed = messages
    await connection.close()
    for (last = needed - 2; last <= needed + 1; last++) {
      messages = 0
      const code = await sshd.connect(USER, { config }).then(
        (open) => open.exchange([hello], login).then(String, ({ code }) => String(code)),
        ({ code }) => String(code),
      )
      assert.match(code, /^E_/, `message ${last} of ${needed}`)
    }
  })

  it('a server that hangs up after any message of the login ends no more than the connection', async () => {
    let messages = 0
    let last = Infinity
    const proxy = await startProxy(sshd.port, (client, data) => {
      messages++
      if (messages < last) client.write(data)
      else client.end(data)
    })
    const connect = async (): Promise<string> => {
      messages = 0
      // Its key is new, and is written down before the login goes on.
      const config = sshd.sshConfig(
        `Host host\n${key(portOf(proxy))}  StrictHostKeyChecking accept-new\n  UserKnownHostsFile ${sshd.dir}/new-${last}\n`,
      )
      const connection = await sshd.connect(USER, { config })
      last = Math.min(last, messages)
      await connection.close()
      return 'in'
    }
    assert.equal(await connect(), 'in')
    const needed = last
    for (last = needed; last > 0; last--)
      assert.match(
        await connect().catch(({ code }) => String(code)),
        /^E_|^in$/,
        `message ${last} of ${needed}`,
      )
  })

  for (const client of ['auto', 'openssh'] as const)
    for (const [what, end] of [
      ['the server has hung up', (socket: Socket) => void socket.destroy()],
      ['the link is lost', () => processesBelow(sshd.pid).forEach((pid) => process.kill(pid, 'SIGKILL'))],
    ] as const)
      it(`PostgreSQL is not waited for when ${what} before it is spoken to: ${client}`, async () => {
        let accepted: Socket | undefined
        const server = await listen((socket) => (accepted = socket))
        const connection = await sshd.connect(USER, { client })
        const stream = await connection.forward('127.0.0.1', portOf(server))
        while (accepted === undefined) await sleep(10)
        end(accepted)
        await sleep(500)
        const channel = createPostgresChannel({
          forward: () => Promise.resolve(stream),
          countRoundTrip: () => {},
        })
        const on = { host: '127.0.0.1', port: portOf(server), password: new Secret('postgres', 'a password') }
        const { code, stderr } = await within(10_000, 'the statement', channel.run(sql('SELECT 1', on)))
        assert.deepEqual(
          [code, /ended|closed|terminated|lost/i.test(String(stderr))],
          [2, true],
          String(stderr),
        )
        await channel.close()
      })

  for (const client of ['auto', 'openssh'] as const)
    it(`what a server said before it hung up is there for one who reads late: ${client}`, async () => {
      const server = await listen((socket) => socket.end('goodbye'))
      const connection = await sshd.connect(USER, { client })
      const stream = await connection.forward('127.0.0.1', portOf(server))
      await sleep(700)
      let said = ''
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await within(
        10_000,
        'the end',
        new Promise((resolve) => stream.once('end', resolve).once('close', resolve)),
      )
      assert.equal(said, 'goodbye')
    })

  it('how a command ended is known, also when all of it comes at once', async () => {
    const user = `${USER}-no`
    let merges = false
    let kept: Buffer[] = []
    const proxy = await startProxy(sshd.port, (client, data) => {
      if (!merges) return void client.write(data)
      if (kept.length === 0)
        setTimeout(() => {
          client.write(Buffer.concat(kept))
          kept = []
        }, 1000)
      kept.push(data)
    })
    addUser(user, '/bin/false')
    const config = sshd.sshConfig(`Host host\n  User ${user}\n${key(portOf(proxy))}`)
    try {
      const connection = await sshd.connect(user, { config })
      merges = true
      await assert.rejects(connection.exchange([hello], login), {
        code: 'E_NO_SHELL',
        message: /it ended with status 1/,
      })
      await connection.close()
    } finally {
      removeUser(user)
    }
  })
})
