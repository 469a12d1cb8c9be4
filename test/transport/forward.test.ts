import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { relayCommand } from '../../lib/transport/connections/forward-by-command.ts'
import { processChannel } from '../../lib/transport/connections/process-link.ts'
import { createTransport } from '../../lib/transport/index.ts'
import { createPostgresChannel } from '../../lib/postgres/channel.ts'
import { queryReader } from '../../lib/postgres/modules/query/reader.ts'
import { install } from '../support/install.ts'
import { type TestServer, startServer } from '../unit/postgres/support/server.ts'
import { type Sshd, freePort, startSshd } from './sshd.ts'

const FORBIDDEN = [
  'AllowTcpForwarding no',
  'PermitOpen none',
  'DisableForwarding yes',
  'AllowTcpForwarding remote',
]

/** Sends back what it gets, and ends with it. */
const echo = async (): Promise<[Server, number]> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return [server, (server.address() as AddressInfo).port]
}

/** What comes back of `body`. */
const there = async (stream: Duplex, body: Buffer): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  const all = new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= body.length) resolve()
    })
    stream.once('error', reject).once('close', resolve)
  })
  stream.write(body)
  await all
  stream.destroy()
  return Buffer.concat(chunks)
}

describe('TCP from a host whose server forbids forwarding', function () {
  this.timeout(120_000)
  let postgres: TestServer
  let target: Server
  let port: number
  const sshds: Sshd[] = []

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    postgres = await startServer()
    ;[target, port] = await echo()
    for (const [i, config] of FORBIDDEN.entries())
      sshds.push(await startSshd(config, ['ed25519'], () => {}, i === 0))
  })
  after(async () => {
    for (const sshd of sshds.reverse()) await sshd.stop()
    postgres?.remove()
    target?.close()
  })

  for (const [i, config] of FORBIDDEN.entries())
    for (const client of ['auto', 'openssh'] as const)
      it(`asks PostgreSQL nevertheless: ${config}, ${client}`, async () => {
        const connection = await sshds[i]!.connect(undefined, { client })
        const channel = createPostgresChannel(connection)
        const on = postgres.target
        const question = { reader: queryReader, key: 'SELECT 1 AS one', on }
        const answers = await channel.ask([question])
        assert.deepEqual(answers.get(question), [{ one: 1 }])
        await channel.close()
      })

  it('carries bytes as they are', async () => {
    const connection = await sshds[0]!.connect()
    const body = randomBytes(300_000)
    assert.deepEqual(await there(await connection.forward('127.0.0.1', port), body), body)
    // The second one does not ask the server again.
    const before = connection.roundTrips
    assert.deepEqual(await there(await connection.forward('127.0.0.1', port), body), body)
    assert.equal(connection.roundTrips, before + 1)
  })

  it('says that nobody listens, and what to look for', async () => {
    const connection = await sshds[0]!.connect()
    const channel = createPostgresChannel(connection)
    const on = { ...postgres.target, port: await freePort() }
    const question = { reader: queryReader, key: 'SELECT 1 AS one', on }
    const error = (await channel.ask([question])).get(question) as Error & { code: string; hint: string }
    assert.equal(error.code, 'E_POSTGRES_UNREACHABLE')
    assert.match(error.message, /refused/i)
    assert.match(error.hint, /Check that a server listens there/)
    await channel.close()
  })

  it('is over when nobody listens, also for one who has not looked yet', async () => {
    for (const client of ['auto', 'openssh'] as const) {
      const connection = await sshds[0]!.connect(undefined, { client })
      const stream = await connection.forward('127.0.0.1', await freePort())
      for (const deadline = Date.now() + 30_000; !stream.destroyed && Date.now() < deadline;) await sleep(50)
      assert.equal((stream.errored as Error & { code?: string }).code, 'E_FORWARD_FAILED', client)
    }
  })

  it('gives all that the server said before it hung up, and is over then, also to one who listens late', async () => {
    const body = randomBytes(5000)
    const server = createServer((socket) => socket.end(body)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address() as AddressInfo
    try {
      for (const client of ['auto', 'openssh'] as const)
        for (const late of [0, 700]) {
          const connection = await sshds[0]!.connect(undefined, { client })
          const stream = await connection.forward('127.0.0.1', address.port)
          await sleep(late)
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          const closed = new Promise((resolve) => stream.once('close', () => resolve('closed')))
          const end = await Promise.race([closed, sleep(10_000, 'open', { ref: false })])
          assert.deepEqual(
            [Buffer.concat(chunks).equals(body), end],
            [true, 'closed'],
            `${client}, ${late} ms`,
          )
        }
    } finally {
      server.close()
    }
  })

  it('does not lead over a jump host that forbids it, as for ssh', async () => {
    const [gate, behind] = sshds as [Sshd, Sshd]
    const config = behind.sshConfig(
      `Host host\n  ProxyJump gate\nHost gate\n  Port ${gate.port}\n  IdentityFile ${gate.dir}/id\n  UserKnownHostsFile ${gate.dir}/known_hosts\n`,
    )
    const transport = createTransport({ sshConfigFile: config })
    await assert.rejects(
      transport.connect({ name: 'host', address: '127.0.0.1' }, new AbortController().signal),
      { code: 'E_CONNECT_FAILED', hint: /AllowTcpForwarding no, PermitOpen none/ },
    )
  })
})

describe('a relay by', function () {
  this.timeout(60_000)
  const PROGRAMS: Readonly<Record<string, readonly [path: string, packageName: string]>> = {
    socat: ['/usr/bin/socat', 'socat'],
    ncat: ['/usr/bin/ncat', 'ncat'],
    perl: ['/usr/bin/perl', 'perl'],
    python3: ['/usr/bin/python3', 'python3'],
    bash: ['/bin/bash', 'bash'],
    nc: ['/bin/busybox', 'busybox'],
  }
  const tools = mkdtempSync(join(tmpdir(), 'run-playbook-relays-'))
  const path = process.env['PATH'] ?? ''
  after(() => {
    process.env['PATH'] = path
    rmSync(tools, { recursive: true })
  })
  before(function () {
    // As on Alpine: Debian's own nc is another one.
    symlinkSync('/bin/busybox', join(tools, 'nc'))
    process.env['PATH'] = `${tools}:${path}`
    this.timeout(300_000)
    if (process.getuid?.() !== 0) return
    for (const [path, packageName] of Object.values(PROGRAMS)) install(path, packageName)
  })
  for (const [name, [path]] of Object.entries(PROGRAMS))
    it(`${name} carries bytes as they are`, async function () {
      if (!existsSync(path)) this.skip()
      const [server, port] = await echo()
      const child = spawn('/bin/sh', ['-c', relayCommand('127.0.0.1', port, [name])], { stdio: 'pipe' })
      const channel = processChannel(child)
      const body = randomBytes(200_000)
      const chunks: Buffer[] = []
      let size = 0
      const all = new Promise<void>((resolve) => {
        channel.stdout.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if ((size += chunk.length) >= body.length) resolve()
        })
        child.once('close', () => resolve())
      })
      channel.stdin.write(body)
      await all
      assert.deepEqual(Buffer.concat(chunks), body)
      // The other side hears of the end, and so does this one when it comes from there.
      const closed = new Promise((resolve) => child.once('close', resolve))
      channel.stdin.end()
      await closed
      server.close()
    })

  for (const [name, [path]] of Object.entries(PROGRAMS))
    it(`${name} ends when the server does`, async function () {
      if (!existsSync(path)) this.skip()
      const server = createServer((socket) => socket.end('bye')).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      const child = spawn('/bin/sh', ['-c', relayCommand('127.0.0.1', port, [name])], { stdio: 'pipe' })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await new Promise((resolve) => child.stdout.once('end', resolve))
      assert.equal(said, 'bye')
      child.stdin.end()
      await ended
      server.close()
    })

  it("OpenBSD's nc is no use: it does not end with the server", async () => {
    if (process.getuid?.() === 0) install('/usr/bin/nc.openbsd', 'netcat-openbsd')
    const folder = mkdtempSync(join(tmpdir(), 'run-playbook-relays-'))
    symlinkSync('/usr/bin/nc.openbsd', join(folder, 'nc'))
    const child = spawn('/bin/sh', ['-c', relayCommand('127.0.0.1', 1, ['nc'])], { env: { PATH: folder } })
    child.stdin.end()
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 127)
    rmSync(folder, { recursive: true })
  })

  it('nothing says what is missing', async () => {
    const child = spawn('/bin/sh', ['-c', relayCommand('127.0.0.1', 1, [])], { stdio: 'pipe' })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    assert.equal(code, 127)
    assert.match(said, /none of the programs socat, ncat, perl, python3, bash, nc, one of which/)
  })
})
