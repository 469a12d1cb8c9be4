import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AddressInfo, type Socket, connect as tcp, createServer } from 'node:net'
import { join } from 'node:path'
import type { Script } from '../../lib/transport/transport.ts'
import { processesBelow } from './small-servers.ts'
import { type Sshd, USER, freePort, startSshd } from './sshd.ts'

const hello: Script = { kind: 'probe', script: 'echo in' }
const login = { user: 'login' } as const

/** The same of both clients. */
describe('after the login', function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
  })
  after(() => sshd?.stop())

  for (const client of ['auto', 'openssh'] as const) {
    describe(`over the client ${client}`, () => {
      it('forwards TCP from the host', async () => {
        const server = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
        await new Promise((resolve) => server.once('listening', resolve))
        const connection = await sshd.connect(USER, { client })
        const stream = await connection.forward('127.0.0.1', (server.address() as AddressInfo).port)
        const answer = new Promise<Buffer>((resolve) => stream.once('data', resolve))
        stream.write(Buffer.from([0, 255, 10]))
        assert.deepEqual(await answer, Buffer.from([0, 255, 10]))
        assert.equal(connection.roundTrips, 1)
        stream.destroy()
        server.close()
        await assert.rejects(connection.forward('127.0.0.1', await freePort()), { code: 'E_FORWARD_FAILED' })
      })

      it('rejects everything when the connection is lost in the middle of a command', async () => {
        const others = processesBelow(sshd.pid)
        const left = (): number[] => processesBelow(sshd.pid).filter((pid) => !others.includes(pid))
        const proxy = await cutter(sshd.port)
        const alias = `  HostKeyAlias [127.0.0.1]:${sshd.port}`
        const config = sshd.sshConfig(`Host host\n  Port ${proxy.port}\n${alias}\n`)
        const connection = await sshd.connect(USER, { config, client })
        const flag = join(sshd.dir, 'flag')
        const held = `until [ -e ${flag}.go ] || [ ! -d ${sshd.dir} ]; do sleep 0.1; done; touch ${flag}.ended`
        const steps = ['echo started', held, `touch ${flag}`].map((script): Script => ({
          kind: 'step',
          script,
        }))
        const going = connection.exchange(steps, { ...login, onReply: () => setTimeout(proxy.cut, 50) })
        const queued = connection.exchange([hello], login)
        const lost = { name: 'UnreachableError', code: 'E_CONNECTION_LOST' }
        await Promise.all([assert.rejects(going, lost), assert.rejects(queued, lost)])
        await assert.rejects(connection.exchange([hello], login), lost)
        await assert.rejects(connection.forward('127.0.0.1', 1), lost)
        // The server has heard of it, too.
        for (const deadline = Date.now() + 30_000; left().length > 0; await sleep(50))
          assert.ok(Date.now() < deadline, 'the session does not end')
        writeFileSync(`${flag}.go`, '')
        while (!existsSync(`${flag}.ended`)) await sleep(20)
        await sleep(500)
        for (const end of ['go', 'ended']) rmSync(`${flag}.${end}`)
        assert.ok(!existsSync(flag), 'no further step runs')
        await connection.close()
        proxy.close()
      })

      it('never takes a payload that was cut short for a whole one', async () => {
        const proxy = await cutter(sshd.port)
        const alias = `  HostKeyAlias [127.0.0.1]:${sshd.port}`
        const config = sshd.sshConfig(`Host host\n  Port ${proxy.port}\n${alias}\n`)
        const connection = await sshd.connect(USER, { config, client })
        await connection.exchange([hello], login)
        const target = join(sshd.dir, 'target')
        proxy.cutAfter(1_500_000)
        const script = `cat > ${target}.new && mv ${target}.new ${target}`
        const going = connection.exchange([{ kind: 'step', script, stdin: Buffer.alloc(3_000_000) }], login)
        await assert.rejects(going, { code: 'E_CONNECTION_LOST' })
        await new Promise((resolve) => setTimeout(resolve, 300))
        assert.ok(!existsSync(target) && !existsSync(`${target}.new`))
        proxy.close()
      })

      it('ends with the signal', async () => {
        const abort = new AbortController()
        const connection = await sshd.connect(USER, { signal: abort.signal, client })
        const going = connection.exchange([{ kind: 'step', script: 'sleep 3' }], login)
        setTimeout(() => abort.abort(), 300)
        await assert.rejects(going, { code: 'E_CONNECTION_LOST', message: /interrupted/ })
      })

      it('says that the server opens no other session', async () => {
        const narrow = await startSshd('MaxSessions 1', ['ed25519'], () => {}, false)
        try {
          const connection = await narrow.connect(USER, { client })
          await connection.exchange([hello], login)
          await assert.rejects(connection.exchange([hello], { user: 'root' }), {
            code: 'E_CHANNEL_FAILED',
            message: /^the server refused to open another session from host: (?!.*kex_exchange)/s,
          })
        } finally {
          await narrow.stop()
        }
      })

      it('notices that its sshd was killed', async () => {
        const connection = await sshd.connect(USER, { client })
        // The script's parent is `timeout`, of that the session, of that sshd.
        const script = 'up() { cut -d" " -f4 /proc/$1/stat; }; kill -9 $(up $(up $PPID))'
        const going = connection.exchange([{ kind: 'step', script }], login)
        await assert.rejects(going, { name: 'UnreachableError', code: 'E_CONNECTION_LOST' })
      })
    })
  }
})

/** A proxy whose connections can be cut. */
async function cutter(port: number) {
  const sockets = new Set<Socket>()
  let budget = Infinity
  const cut = (): void => sockets.forEach((socket) => socket.destroy())
  const server = createServer((client) => {
    const upstream = tcp(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => cut())
    }
    client.on('data', (chunk: Buffer) => {
      budget -= chunk.length
      if (budget < 0) cut()
      else upstream.write(chunk)
    })
    upstream.pipe(client)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    cutAfter: (bytes: number) => void (budget = bytes),
    close: () => server.close(),
  }
}
