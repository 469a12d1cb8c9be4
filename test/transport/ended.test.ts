import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Server, type Socket, connect as tcp, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '../../lib/core/secret.ts'
import { createPostgresChannel, sql } from '../../lib/postgres/channel.ts'
import { Deadline } from '../../lib/transport/ssh/connect-deadline.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { cutLink } from './cut-link.ts'
import { type Sshd, USER, addUser, keygen, publicKey, removeUser, startSshd } from './sshd.ts'

const hello: Script = { kind: 'probe', script: 'echo in' }
const login = { user: 'login' } as const

const servers: Server[] = []
const sockets = new Set<Socket>()
const listen = async (conduct: (socket: Socket) => void, path?: string): Promise<Server> => {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    conduct(socket.on('error', () => {}))
  })
  servers.push(server)
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
  )
  return server
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** A message of an agent (draft-miller-ssh-agent). */
const message = (...parts: readonly (number | Buffer)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part, i) => {
      const bytes = Buffer.alloc(i === 0 ? 1 : 4)
      if (typeof part === 'number') {
        if (i === 0) bytes.writeUInt8(part)
        else bytes.writeUInt32BE(part)
        return bytes
      }
      bytes.writeUInt32BE(part.length)
      return Buffer.concat([bytes, part])
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}
const IDENTITIES_ANSWER = 12

/** How long it takes at most. @throws when it takes longer */
const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Only OpenSSH's own client has it. */
const OPENSSH_ONLY = '  KexAlgorithms sntrup761x25519-sha512@openssh.com\n'

describe('what is over', function () {
  this.timeout(120_000)
  let sshd: Sshd
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
  })
  after(() => sshd?.stop())
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
    for (const socket of sockets) socket.destroy()
  })

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
    const proxy = await listen((client) => {
      const upstream = tcp(sshd.port, '127.0.0.1').on('error', () => {})
      client.on('close', () => upstream.destroy()).on('data', (data) => upstream.write(data))
      upstream.on('close', () => client.destroy())
      upstream.on('data', (data: Buffer) => {
        messages++
        client.write(messages < last ? data : Buffer.concat([data, Buffer.alloc(64, 0xff)]))
      })
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
    const proxy = await listen((client) => {
      const upstream = tcp(sshd.port, '127.0.0.1').on('error', () => {})
      client.on('close', () => upstream.destroy()).on('data', (data) => upstream.write(data))
      upstream.on('close', () => client.destroy())
      upstream.on('data', (data: Buffer) => {
        messages++
        if (messages < last) client.write(data)
        else client.end(data)
      })
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

  it('a server that does not answer the goodbye is not waited for', async () => {
    const open = (): number =>
      process.getActiveResourcesInfo().filter((what) => what === 'TCPSocketWrap').length
    const connection = await sshd.connect()
    const before = open()
    const sessions = processesBelow(sshd.pid)
    for (const pid of sessions) process.kill(pid, 'SIGSTOP')
    try {
      await connection.close()
      for (const deadline = Date.now() + 20_000; open() === before && Date.now() < deadline;) await sleep(50)
      assert.equal(open(), before - 1)
    } finally {
      for (const pid of sessions) process.kill(pid, 'SIGKILL')
    }
  })

  it('an agent that does not sign is not waited for', async () => {
    const blob = Buffer.from(publicKey(join(sshd.dir, 'id')).split(' ')[1] ?? '', 'base64')
    const held = message(IDENTITIES_ANSWER, 1, blob, Buffer.from('held'))
    let open = 0
    await listen(
      (socket) => {
        open++
        socket.on('close', () => open--)
        socket.on('data', (data) => data[4] === 11 && socket.write(held))
      },
      join(sshd.dir, 'careful-agent'),
    )
    const config = sshd.sshConfig(
      `Host host\n  ConnectTimeout 3\n  IdentityAgent ${sshd.dir}/careful-agent\n`,
    )
    await assert.rejects(sshd.connect(USER, { config }), {
      code: 'E_CONNECT_FAILED',
      message: /ConnectTimeout/,
    })
    for (const deadline = Date.now() + 10_000; open > 0 && Date.now() < deadline;) await sleep(50)
    assert.equal(open, 0)
  })

  it('a login that ssh does not begin leaves nothing behind', async () => {
    const path = process.env['PATH']
    const tools = join(sshd.dir, 'tools')
    execFileSync('mkdir', [tools])
    const real = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim()
    writeFileSync(
      join(tools, 'ssh'),
      `#!/bin/sh\ncase " $* " in *' -M '*) echo broken >&2; exit 255 ;; esac\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    )
    const server = await listen(() => {})
    const config = sshd.sshConfig(
      `Host host\n  ProxyJump gate\n  Port ${portOf(server)}\n${OPENSSH_ONLY}${gate()}`,
    )
    const pipes = (): number => process.getActiveResourcesInfo().filter((what) => what === 'PipeWrap').length
    const before = pipes()
    process.env['PATH'] = `${tools}:${path}`
    try {
      await assert.rejects(sshd.connect(USER, { config }), { code: 'E_CONNECT_FAILED', message: /broken/ })
    } finally {
      process.env['PATH'] = path
    }
    for (const deadline = Date.now() + 10_000; pipes() > before && Date.now() < deadline;) await sleep(50)
    assert.equal(pipes(), before)
  })

  for (const client of ['auto', 'openssh'] as const)
    it(`a terminal that a passphrase cannot be asked on any more costs that key, and not the run: ${client}`, async () => {
      const locked = join(sshd.dir, `locked-${client}`)
      keygen(locked, 'ed25519', 'correct horse')
      appendFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${locked}.pub`))
      let asked = 0
      const askSecret = (): Promise<undefined> => {
        asked++
        return Promise.reject(new Error('read EIO'))
      }
      const config = sshd.sshConfig(`Host host\n  IdentityFile ${locked}\n`)
      const connection = await sshd.connect(USER, { config, client, askSecret })
      assert.equal(asked, 1)
      await connection.close()
    })

  it('a klist that hangs does not hold up a login', async () => {
    const path = process.env['PATH']
    const tools = join(sshd.dir, 'hung')
    execFileSync('mkdir', [tools])
    writeFileSync(join(tools, 'klist'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    const config = sshd.sshConfig('Host host\n  GSSAPIAuthentication yes\n  ConnectTimeout 15\n')
    process.env['PATH'] = `${tools}:${path}`
    try {
      const connection = await within(14_000, 'the login', sshd.connect(USER, { config }))
      await connection.close()
    } finally {
      process.env['PATH'] = path
    }
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
    const proxy = await listen((client) => {
      const upstream = tcp(sshd.port, '127.0.0.1').on('error', () => {})
      client.on('close', () => upstream.destroy()).on('data', (data) => upstream.write(data))
      upstream.on('close', () => client.destroy())
      let kept: Buffer[] = []
      upstream.on('data', (data: Buffer) => {
        if (!merges) return client.write(data)
        if (kept.length === 0)
          setTimeout(() => {
            client.write(Buffer.concat(kept))
            kept = []
          }, 1000)
        return kept.push(data)
      })
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

it('the time of a login does not begin again when an answer comes after its end', async () => {
  const deadline = new Deadline(300, new AbortController().signal)
  let answer = (): void => {}
  const typed = deadline.pauseFor(() => new Promise<void>((resolve) => (answer = resolve)))
  deadline.stop()
  answer()
  await typed
  await sleep(1000)
  assert.equal(deadline.expired, false)
})

/** The processes that a process started, and those that they started. */
function processesBelow(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.map(Number).flatMap((child) => [child, ...processesBelow(child)])
}
